import { existsSync } from 'node:fs';
import { auditPart } from '../audit/audit';
import { filesOf, readEvidence, readJson } from '../evidence/files';
import { partsOf } from '../plan/levels';
import { doneOf, skippedOf } from '../stage/fault-log';
import type { PartResult } from './play-part';
import { folderOfPart, type RunFacts } from './run-chaos';

/** Judges the histories of a run again. */
export const replay = async (folder: string, facts: RunFacts): Promise<readonly PartResult[]> => {
  const { one, three } = partsOf(facts.counts);
  const results: PartResult[] = [];
  for (let part = 1; part <= one + three; part += 1) {
    const files = filesOf(folderOfPart(folder, part));
    if (!existsSync(files.facts)) continue;
    const evidence = await readEvidence(folderOfPart(folder, part));
    results.push({
      part,
      seed: readJson<{ seed: number }>(files.facts)?.seed ?? 0,
      audit: auditPart(evidence),
      done: doneOf(evidence.faults),
      skipped: skippedOf(evidence.faults),
      surprises: [],
    });
  }
  return results;
};
