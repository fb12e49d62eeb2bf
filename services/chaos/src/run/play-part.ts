import { mkdirSync } from 'node:fs';
import { createKafkaPorts } from '@baton/kafka';
import { type Clock, delay, silentLogger } from '@baton/messaging';
import { auditPart, type PartAudit } from '../audit/audit';
import type { FaultLine } from '../audit/types';
import { collect } from '../evidence/collect';
import { filesOf, type PartFacts, readEvidence, writeJson } from '../evidence/files';
import { perform } from '../faults/perform';
import { monotonicMs } from '../history/monotonic';
import type { Lane, PartPlan } from '../plan/actions';
import type { Counts } from '../plan/levels';
import { size } from '../plan/size';
import type { Cluster } from '../stage/cluster';
import { createCrew, type Surprise } from '../stage/crew';
import { untilDrained } from '../stage/drain';
import { createFaultLog, doneOf, skippedOf } from '../stage/fault-log';
import { type Cast, castOf, outboxTypesOf } from '../stage/names';
import { openPartDatabase, type PartDatabase } from '../stage/part-database';
import { untilSent } from '../stage/sent';
import type { Stage } from '../stage/stage';
import type { WorkerProcess } from '../stage/worker-process';
import { setStage } from './set-stage';
import { makeTopics, removeTopics } from './topics-of';

export interface PlayDeps {
  readonly run: string;
  readonly cluster: Cluster;
  readonly folder: string;
  readonly programs: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly rate: number;
  /** How long nothing happens before and after the faults, so that leaks show. */
  readonly quietMs: number;
  readonly onPhase: (phase: string) => void;
  /** Called with the faults so far, whenever one is done. */
  readonly onFaults: (lines: readonly FaultLine[]) => void;
  /** Rejects when a person interrupts. */
  readonly interrupted: Promise<never>;
}

/** What came of a part. */
export interface PartResult {
  readonly part: number;
  readonly seed: number;
  readonly audit: PartAudit;
  readonly done: Counts;
  readonly skipped: Readonly<Record<string, string>>;
  readonly surprises: readonly Surprise[];
}

const readyLimitMs = 90_000;
const drainLimitMs = 90_000;
const sentLimitMs = 60_000;
/** What fails or does not come about is done again. */
const mostTries = 12;
const againAfterMs = 3_000;

/** Starts workers, does everything that the plan says, waits until all has settled, and judges what is left. */
export const playPart = async (plan: PartPlan, deps: PlayDeps): Promise<PartResult> => {
  const { cluster, folder, clock, onPhase } = deps;
  mkdirSync(folder, { recursive: true });
  const { database: support } = cluster;
  const cast = castOf(deps.run, plan.part, { ...size, database: support.usable ? 'usable' : 'missing' });
  const faults = createFaultLog(filesOf(folder).faults);
  const crew = createCrew({ folder, clock, programs: deps.programs, env: deps.env });
  const scripts = new Set<WorkerProcess>();
  let isOver = false;
  let database: PartDatabase | undefined;
  try {
    onPhase('topics and schemas');
    database = await openPartDatabase(cast.part, { support, clock });
    await Promise.race([makeTopics(cast, cluster.kafka), deps.interrupted]);
    const stage = setStage({ ...deps, seed: plan.seed, cast, crew, scripts, faults, database });
    const { undrained } = await Promise.race([
      act(plan, stage, { ...deps, isOver: () => isOver }),
      deps.interrupted,
    ]);
    onPhase('reading what is left');
    await crew.stopAll();
    const facts: PartFacts = {
      part: plan.part,
      seed: plan.seed,
      eventTypes: cast.eventTypes,
      groups: cast.groups,
      undrained,
      outboxTypes: outboxTypesOf(cast),
    };
    writeJson(filesOf(folder).facts, facts);
    await collectPart(cast, database, deps);
    await removeTopics(cast, cluster.kafka);
  } finally {
    isOver = true;
    for (const script of scripts) script.signal('SIGKILL');
    await crew.stopAll();
    await database?.drop().catch(() => {});
  }
  onPhase('auditing');
  const audit = auditPart(await readEvidence(folder));
  const { part, seed } = plan;
  return {
    part,
    seed,
    audit,
    done: doneOf(faults.lines),
    skipped: skippedOf(faults.lines),
    surprises: crew.surprises,
  };
};

interface ActDeps extends PlayDeps {
  /** A part that comes to an early end lets nothing begin any more. */
  readonly isOver: () => boolean;
}

const act = async (plan: PartPlan, stage: Stage, deps: ActDeps) => {
  const { crew, clock, cast, cluster } = stage;
  deps.onPhase('starting workers');
  for (const name of crew.names) await crew.ready(name, readyLimitMs);
  await delay(clock, 3_000);
  deps.onPhase('quiet');
  await quiet(stage, deps.quietMs);
  for (const name of cast.publishers) await tellPublisher(stage, name, 'speak');
  deps.onPhase('faults');
  await Promise.all(plan.lanes.map((lane) => follow(lane, stage, deps)));
  cluster.proxy.heal();
  deps.onPhase('draining');
  await Promise.all(crew.names.map((name) => crew.ready(name, readyLimitMs)));
  await delay(clock, 3_000);
  await hush(stage);
  await untilSent(stage.database, { clock, limitMs: sentLimitMs });
  const undrained = await untilDrained(cast, { kafka: cluster.kafka, clock, limitMs: drainLimitMs });
  deps.onPhase('quiet');
  await quiet(stage, deps.quietMs);
  return { undrained };
};

const follow = async ({ steps }: Lane, stage: Stage, deps: ActDeps): Promise<void> => {
  for (const { afterMs, action } of steps) {
    await delay(stage.clock, afterMs);
    for (let tries = 1; tries <= mostTries && !deps.isOver(); tries += 1) {
      if ((await perform(action, stage)) !== 'missed') break;
      await delay(stage.clock, againAfterMs);
    }
    deps.onFaults(stage.faults.lines);
  }
};

/** A publisher that ends meanwhile learns it at its next start. */
const tellPublisher = async ({ crew }: Stage, name: string, what: 'hush' | 'speak'): Promise<void> => {
  crew.amend(name, (role) => (role.role === 'publisher' ? { ...role, silent: what === 'hush' } : role));
  await crew.tell(name, { do: what }, 45_000).catch(() => {});
};

const hush = async (stage: Stage): Promise<void> => {
  await Promise.all(stage.cast.publishers.map((name) => tellPublisher(stage, name, 'hush')));
};

const quiet = async (stage: Stage, quietMs: number): Promise<void> => {
  await hush(stage);
  await delay(stage.clock, 1_000);
  const from = monotonicMs();
  await delay(stage.clock, quietMs);
  stage.faults.write({
    ...{ fault: 'quiet', target: 'everybody', from, healed: monotonicMs() },
    ...{ note: '', outcome: 'done', times: 0 },
  });
};

/** Through ports of its own: the control log has another name in each part. */
const collectPart = async (
  cast: Cast,
  database: PartDatabase | undefined,
  { cluster, folder, clock }: PlayDeps,
): Promise<void> => {
  const own = createKafkaPorts({
    brokers: cluster.stack.brokers,
    clientId: `${cast.part}-audit`,
    logger: silentLogger,
    controlTopic: cast.controlTopic,
  });
  try {
    await collect({ kafka: own, cast, folder, clock, controlLog: own.controlLog, database });
  } finally {
    await own.close();
  }
};
