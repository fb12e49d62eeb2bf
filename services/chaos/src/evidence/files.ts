import {
  createReadStream,
  createWriteStream,
  existsSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type {
  EffectLine,
  EntryLine,
  FaultLine,
  GroupOfPart,
  OutboxLine,
  PartEvidence,
  ShipmentLine,
  Undrained,
} from '../audit/types';
import type { HistoryLine, WorkerLine } from '../history/lines';
import type { LogLine } from './read-logs';

/** What is written of a part beside the histories of its workers. */
export interface PartFacts {
  readonly part: number;
  readonly seed: number;
  readonly eventTypes: readonly string[];
  readonly groups: readonly GroupOfPart[];
  readonly undrained: readonly Undrained[];
  /** Absent where nothing went through an outbox. */
  readonly outboxTypes?: readonly string[];
}

/** The files of a part. */
export const filesOf = (folder: string) => ({
  facts: join(folder, 'part.json'),
  result: join(folder, 'result.json'),
  log: join(folder, 'topics.lines'),
  entries: join(folder, 'control-log.lines'),
  letters: join(folder, 'dead-letters.lines'),
  faults: join(folder, 'faults.lines'),
  shipments: join(folder, 'shipments.lines'),
  outbox: join(folder, 'outbox.lines'),
  effects: join(folder, 'effects.lines'),
});

export const writeJson = (file: string, value: unknown): void =>
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);

export const readJson = <T>(file: string): T | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined;

/** Reads everything that a part left in its folder; histories may be packed. */
export const readEvidence = async (folder: string): Promise<PartEvidence> => {
  const files = filesOf(folder);
  const facts = readJson<PartFacts>(files.facts);
  if (facts === undefined) throw new Error(`${files.facts} is missing`);
  const workers: WorkerLine[] = [];
  for (const name of readdirSync(folder).sort()) {
    const [, worker, incarnation] = /^(.+)-(\d+)\.jsonl(?:\.gz)?$/.exec(name) ?? [];
    if (worker === undefined) continue;
    const file = join(folder, name.replace(/\.gz$/, ''));
    const lines = await readLines<HistoryLine>(file);
    for (const line of lines) workers.push({ ...line, worker, incarnation: Number(incarnation) });
  }
  return {
    eventTypes: facts.eventTypes,
    groups: facts.groups,
    undrained: facts.undrained,
    workers,
    log: await readLines<LogLine>(files.log),
    letters: await readLines<LogLine>(files.letters),
    entries: await readLines<EntryLine>(files.entries),
    faults: await readLines<FaultLine>(files.faults),
    outboxTypes: facts.outboxTypes ?? [],
    shipments: await readLines<ShipmentLine>(files.shipments),
    outbox: await readLines<OutboxLine>(files.outbox),
    effects: await readLines<EffectLine>(files.effects),
  };
};

/** JSON lines of a file, or of its packed form. The last line of a process that was killed may be torn off. */
export const readLines = async <T>(file: string): Promise<T[]> => {
  const packed = `${file}.gz`;
  if (!existsSync(file) && !existsSync(packed)) return [];
  const input = existsSync(file) ? createReadStream(file) : createReadStream(packed).pipe(createGunzip());
  const rows: T[] = [];
  for await (const line of createInterface({ input })) {
    const row = parse<T>(line);
    if (row !== undefined) rows.push(row);
  }
  return rows;
};

const parse = <T>(line: string): T | undefined => {
  try {
    return JSON.parse(line) as T;
  } catch {
    return undefined;
  }
};

/** Packs the histories of a part that is judged. */
export const packFolder = async (folder: string): Promise<void> => {
  for (const name of readdirSync(folder)) {
    if (!/\.(jsonl|lines|log)$/.test(name)) continue;
    const file = join(folder, name);
    await pipeline(createReadStream(file), createGzip({ level: 4 }), createWriteStream(`${file}.gz`));
    await rm(file);
  }
};
