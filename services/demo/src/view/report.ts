import { findings } from '../audit/audit';
import type { AuditFigures } from '../audit/types';
import type { LogRow } from '../story/documents';
import type { PhaseEntry } from '../story/phases';
import type { Colors } from './render';

/** The document of `npm run demo -- -o json`. */
export interface DemoDocument extends AuditFigures {
  readonly schemaVersion: 1;
  /** Requests without an answer, each repeated as a new request. */
  readonly unanswered: number;
  readonly phases: readonly PhaseEntry[];
  /** What `baton log` says at the end. */
  readonly log: readonly LogRow[];
  /** From the start of the command to the first handled event; `null` if there was none. */
  readonly firstHandledAfterMs: number | null;
  readonly durationMs: number;
  /** Where the effects and the logs of every process lie. */
  readonly folder: string;
}

const columns = ['handled', 'lost', 'doubled', 'redelivered', 'outOfOrder', 'unpublished'] as const;

/** The audit for people: a table of the groups, then the verdict. */
export const renderReport = (document: DemoDocument, colors: Colors): string => {
  const rows = Object.entries(document.groups).map(([group, of]) => [
    group,
    Object.entries(of.handled)
      .map(([version, count]) => `v${version}: ${count}`)
      .join(', '),
    ...columns.slice(1).map((column) => String(of[column])),
  ]);
  const faults = findings(document);
  const verdict =
    faults.length === 0
      ? colors.green('clean: nothing lost, doubled, reordered, unpublished or torn')
      : colors.red(`not clean: ${faults.join('; ')}`);
  return [
    ...logLines(document.log),
    `published ${document.published}, torn ${document.torn}, unanswered requests ${document.unanswered}, ${(document.durationMs / 1000).toFixed(0)} s, first event handled after ${((document.firstHandledAfterMs ?? 0) / 1000).toFixed(1)} s`,
    '',
    ...table([['group', ...columns], ...rows]),
    '',
    verdict,
    `effects and logs: ${document.folder}`,
    '',
  ].join('\n');
};

const logLines = (log: readonly LogRow[]): readonly string[] => {
  const rows = log.map(({ at, kind, group, valid, by, reason }) => [
    at,
    valid ? kind : `${kind} (void)`,
    group ?? '-',
    `${by}: ${reason}`,
  ]);
  return rows.length === 0 ? [] : [...table([['at', 'decided', 'group', 'by'], ...rows]), ''];
};

const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};
