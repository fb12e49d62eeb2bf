import { join } from 'node:path';
import { topicOf, version } from '@baton/core';
import type { createKafkaPorts } from '@baton/kafka';
import type { Clock } from '@baton/messaging';
import type { Database } from '@baton/postgres';
import { readInboxEffects } from '@baton/service-kit';
import { audit } from './audit/audit';
import { ownEvents } from './audit/own-events';
import type { Effect } from './audit/types';
import { beginAt, endsOf } from './evidence/begin-at';
import { readEffects } from './evidence/read-effects';
import { readTopics } from './evidence/read-topics';
import { createLoad, type Load } from './load/load';
import type { LoanSource } from './load/loans';
import type { PostLoan } from './load/post-loan';
import type { BatonCommand } from './processes/baton-command';
import type { Fleet } from './processes/fleet';
import { eventType, instancesOf, ownMarginMs, type Subscriber, subscribers } from './story/cast';
import type { LogRow } from './story/documents';
import { changeover, type Phase, type PhaseEntry, wholeLife } from './story/phases';
import type { StoryDeps } from './story/steps';
import { tellStory } from './story/story';
import { createUntil } from './story/until';
import { followCounts } from './view/live-counts';
import type { DemoDocument } from './view/report';
import type { View } from './view/view';

export interface DemoDeps {
  /** Names what belongs to this run alone: groups, control topic, folder. */
  readonly run: string;
  readonly folder: string;
  readonly startedAt: number;
  /** A cluster that nobody else uses: there v1 can be retired for everybody. */
  readonly isOwnCluster: boolean;
  /** The database of lending and reminders; without one they use neither outbox nor inbox. */
  readonly database: Database | undefined;
  readonly kafka: Pick<ReturnType<typeof createKafkaPorts>, 'groupMember' | 'logOffsets'>;
  readonly baton: BatonCommand;
  readonly fleet: Fleet;
  readonly loans: LoanSource;
  readonly rate: number;
  readonly post: PostLoan;
  readonly view: View;
  readonly clock: Clock;
  /** Rejects when a person interrupts. */
  readonly interrupted: Promise<never>;
}

const topics = [1, 2].map((v) => ({ version: v, topic: topicOf(eventType, version(v)) }));

/** Prepares topics and schemas, tells the story, ends every process and audits what they left. */
export const runDemo = async (deps: DemoDeps): Promise<DemoDocument> => {
  const { fleet, view, clock, startedAt } = deps;
  const chosen = deps.isOwnCluster ? wholeLife : changeover;
  const begin = await prepare(deps);
  const entered: PhaseEntry[] = [];
  const load = createLoad({
    ...deps,
    instances: instancesOf('lending').map(({ name }) => name),
    addressOf: fleet.addressOf,
  });
  const counts = followCounts({
    instances: Object.fromEntries(
      subscribers.map((team) => [team, instancesOf(team).map(({ name }) => name)]),
    ),
    addressOf: fleet.addressOf,
    clock,
  });
  view.follow(() => ({
    elapsedMs: clock.now() - startedAt,
    story: chosen,
    entered,
    load: load.progress(),
    handled: Object.fromEntries(subscribers.map((team) => [team, counts.of(team)])),
  }));
  const onPhase = (phase: Phase) => {
    entered.push({ phase, at: new Date(clock.now()).toISOString() });
    view.phase(phase);
  };
  let log: readonly LogRow[];
  try {
    log = await story(deps, load, { story: chosen, onPhase });
  } finally {
    load.stop();
    counts.stop();
    view.stop();
    await fleet.stopAll();
  }
  view.note('Everything has ended; auditing');
  return judge(deps, { load, entered, begin, log });
};

type Places = ReadonlyMap<string, readonly number[]>;

/** What earlier runs left on the topics is left out: the groups of this run begin where the topics end now. */
const prepare = async (deps: DemoDeps): Promise<Places> => {
  const { baton, kafka, view, isOwnCluster, interrupted } = deps;
  view.note('Creating topics and registering schemas');
  const prepared = async () => {
    await baton(['topics', 'apply', ...(isOwnCluster ? ['--margin-ms', String(ownMarginMs)] : [])]);
    await baton(['schema', 'register']);
    const ends = await endsOf(
      topics.map(({ topic }) => topic),
      kafka.logOffsets,
    );
    const hasPast = [...ends.values()].flat().some((end) => end > 0);
    if (hasPast)
      await Promise.all(subscribers.map((team) => beginAt(groupOf(deps, team), ends, kafka.groupMember)));
    return ends;
  };
  return Promise.race([prepared(), interrupted]);
};

const story = (
  deps: DemoDeps,
  load: Load,
  told: Pick<StoryDeps, 'story' | 'onPhase'>,
): Promise<readonly LogRow[]> => {
  const { fleet, baton, clock, folder, interrupted } = deps;
  const broken = Promise.race([fleet.broken, interrupted, load.refused]);
  broken.catch(() => undefined);
  const telling = tellStory({
    ...told,
    fleet,
    baton,
    load,
    clock,
    until: createUntil({ clock, broken }),
    groupOf: (team) => groupOf(deps, team),
    effectsFileOf: (instance) => effectsFile(folder, instance),
  });
  return Promise.race([telling, broken]);
};

/** On its own cluster the groups have the names that `event.yaml` knows. */
const groupOf = ({ isOwnCluster, run }: Pick<DemoDeps, 'isOwnCluster' | 'run'>, team: Subscriber): string =>
  isOwnCluster ? team : `${team}-${run}`;

const effectsFile = (folder: string, instance: string): string => join(folder, `${instance}.sqlite`);

const judge = async (
  deps: DemoDeps,
  {
    load,
    entered,
    begin,
    log,
  }: { load: Load; entered: readonly PhaseEntry[]; begin: Places; log: readonly LogRow[] },
): Promise<DemoDocument> => {
  const { kafka, run, folder, clock, startedAt } = deps;
  const found = await readTopics(
    topics.map(({ topic, version: v }) => ({ topic, version: v, from: begin.get(topic) ?? [] })),
    { ...kafka, group: `audit-${run}`, clock },
  );
  const handled: Record<string, readonly Effect[]> = {};
  for (const team of subscribers) handled[team] = await effectsOf(deps, team);
  const { records, effects } = ownEvents({ records: found, effects: handled }, load.keys());
  const first = Object.values(effects)
    .flat()
    .reduce((earliest, { at }) => Math.min(earliest, at), Number.POSITIVE_INFINITY);
  return {
    schemaVersion: 1,
    ...audit({ acknowledged: load.acknowledged, records, effects }),
    unanswered: load.progress().unanswered,
    phases: entered,
    log,
    firstHandledAfterMs: Number.isFinite(first) ? first - startedAt : null,
    durationMs: clock.now() - startedAt,
    folder,
  };
};

/** What the instances of a team have done; reminders keeps it where its inbox is, if it has one. */
const effectsOf = async (
  { database, folder, run }: DemoDeps,
  team: Subscriber,
): Promise<readonly Effect[]> => {
  const names = instancesOf(team).map(({ name }) => name);
  if (team !== 'reminders' || database === undefined) {
    return names.flatMap((name) => readEffects(effectsFile(folder, name)));
  }
  const effects = await Promise.all(names.map((name) => readInboxEffects(database, `${name}-${run}`)));
  return effects.flat();
};
