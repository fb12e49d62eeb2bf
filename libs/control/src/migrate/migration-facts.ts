import type { BindRequest } from '../bind/bind-request';
import type { BindGroupDeps } from '../bind/bind-run';
import { instantOf } from '../bind/decide-bind';
import { type BindTimings, defaultBindTimings } from '../bind/timings';
import type { BindFacts } from '../evidence/bind-facts';
import { readDropFacts } from '../evidence/drop-facts';
import { readBindFacts, readTopics } from '../evidence/read-facts';
import { type EvidenceOptions, type EvidenceSources, readStopFacts } from '../evidence/stop-facts';
import { deprecationOf } from '../log/deprecation-state';
import { type ControlState, groupState } from '../log/state';
import type { AnnounceFacts } from '../retire/announce';
import type { Declarations, DropFacts, StopFacts } from '../verdict/facts';
import type { MigrationFile, MigrationGroup } from './migration-file';

export type MigrationDeps = BindGroupDeps & EvidenceSources;

export interface MigrationReading extends Omit<EvidenceOptions, 'marginMs' | 'clock' | 'declared'> {
  readonly timings?: BindTimings;
}

/** Everything a plan is made from, besides the file and the log. */
export interface MigrationFacts {
  readonly announce: AnnounceFacts;
  /** By group of the file. */
  readonly binds: ReadonlyMap<string, BindFacts>;
  readonly stop: StopFacts;
  /** By group of the file; left out while the version has no final end. */
  readonly drops: ReadonlyMap<string, DropFacts>;
}

/** The binding that a file wants of a group. */
export const bindRequestOf = ({ type, to }: MigrationFile, { group, bind }: MigrationGroup): BindRequest => ({
  group,
  eventType: type,
  version: to,
  ...(typeof bind === 'string' ? {} : { since: bind }),
});

/** What a file takes upon itself, for one of its groups or for all. */
export const declaredBy = ({ declared }: MigrationFile, group?: MigrationGroup): Declarations => ({
  ...declared,
  ...(group === undefined ? {} : { keepsHandler: group.keepsHandler }),
});

/** How evidence is read for a file: the groups it names should exist. */
export const evidenceFor = (
  file: MigrationFile,
  { clock }: Pick<MigrationDeps, 'clock'>,
  { timings = defaultBindTimings, versions, manifest = [], observeMs, limits }: MigrationReading,
): EvidenceOptions => ({
  versions,
  ...(observeMs === undefined ? {} : { observeMs }),
  ...(limits === undefined ? {} : { limits }),
  clock,
  marginMs: timings.marginMs,
  declared: declaredBy(file),
  manifest: [...new Set([...manifest, ...file.groups.map(({ group }) => group)])].sort(),
});

/** Reads everything a plan is made from, and the log as it was then. */
export const readMigrationFacts = async (
  deps: MigrationDeps,
  file: MigrationFile,
  reading: MigrationReading,
): Promise<{ readonly state: ControlState; readonly facts: MigrationFacts }> => {
  const { follower, offsets, clock } = deps;
  const question = { eventType: file.type, version: file.from };
  const options = evidenceFor(file, deps, reading);
  await follower.catchUp();
  const brokerTime = Math.floor(clock.now());
  const found = await readTopics(offsets, { eventType: file.type, versions: [file.from, file.to] });
  const topics = found.flatMap(({ version, partitions }) => (partitions === undefined ? [] : [version]));
  const binds = new Map<string, BindFacts>();
  const drops = new Map<string, DropFacts>();
  for (const group of file.groups) {
    binds.set(group.group, await readGroupBinding(deps, bindRequestOf(file, group), { reading, brokerTime }));
    if (deprecationOf(follower.state(), file.type, file.from)?.phase.kind !== 'retired') continue;
    const declared = declaredBy(file, group);
    drops.set(
      group.group,
      await readDropFacts(deps, { ...question, group: group.group }, { clock, declared }),
    );
  }
  const stop = await readStopFacts(deps, question, options);
  return { state: follower.state(), facts: { announce: { brokerTime, topics }, binds, stop, drops } };
};

const readGroupBinding = (
  deps: MigrationDeps,
  request: BindRequest,
  { reading, brokerTime }: { reading: MigrationReading; brokerTime: number },
): Promise<BindFacts> => {
  const timings = reading.timings ?? defaultBindTimings;
  const state = groupState(deps.follower.state(), request.group, request.eventType);
  const since = instantOf(state, request, { brokerTime, timings });
  const now = { brokerTime, brokerTimeFrom: 'clock', timings } as const;
  return readBindFacts(deps, { ...request, versions: reading.versions, since }, now);
};
