import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topicOf, version } from '@baton/core';
import { eventTopicSpec } from '@baton/kafka';
import { delay } from '@baton/messaging';
import { monotonicMs } from '../history/monotonic';
import type { ActionOf } from '../plan/actions';
import { chaosEventType, registerSchemas } from '../stage/event-type';
import type { FaultEnd, Outcome } from '../stage/fault-log';
import type { Stage } from '../stage/stage';
import { waitWithin } from '../stage/wait-within';
import { startWorker, type WorkerProcess } from '../stage/worker-process';
import { timings } from '../workers/settings';
import { rawClient } from './raw-client';

const readyLimitMs = 60_000;
const settleMs = 3_000;
const loudLimitMs = 40_000;

/**
 * What happens to a topic whose operators err, shown on an event type of its own: somebody has to say so aloud, and
 * the groups of other topics go on.
 */
export const accident = ({ how }: ActionOf<'accident'>, stage: Stage): Promise<Outcome> => {
  const { cast, faults, folder, cluster } = stage;
  const number = faults.lines.filter(({ fault }) => fault === 'topic-accident').length + 1;
  const scene: Scene = { stage, name: `${cast.sacrificial}${number}`, folder: join(folder, 'accidents') };
  return faults.during('topic-accident', how, async () => {
    mkdirSync(scene.folder, { recursive: true });
    await prepare(scene);
    const workers = { publisher: start('publisher', scene, 1), consumer: start('consumer', scene, 1) };
    try {
      await Promise.all([ready(workers.publisher, stage), ready(workers.consumer, stage)]);
      await delay(stage.clock, settleMs);
      return await accidents[how](scene, workers);
    } finally {
      for (const worker of [...running]) worker.signal('SIGKILL');
      running.clear();
      await cluster.kafka.topics.remove(topicsOf(scene.name)).catch(() => {});
    }
  });
};

interface Scene {
  readonly stage: Stage;
  readonly name: string;
  readonly folder: string;
}

interface Workers {
  readonly publisher: WorkerProcess;
  readonly consumer: WorkerProcess;
}

const running = new Set<WorkerProcess>();

const topicsOf = (name: string): string[] => [1, 2].map((v) => topicOf(name, version(v)));
const v1Of = ({ name }: Scene): string => topicOf(name, version(1));

const prepare = async ({ name, stage: { cluster } }: Scene): Promise<void> => {
  await cluster.kafka.topics.apply(
    topicsOf(name).map((topic) =>
      eventTopicSpec({ topic, partitions: 3, marginMs: timings.marginMs, retentionMs: -1 }),
    ),
  );
  await registerSchemas(chaosEventType(name), cluster.kafka.registry());
};

const start = (
  role: 'publisher' | 'consumer',
  { name, folder, stage }: Scene,
  incarnation: number,
): WorkerProcess => {
  const { cluster, cast, programs, env } = stage;
  const instance = `${name}-${role}`;
  const shared = {
    brokers: cluster.proxy.brokers,
    registry: cluster.registry.url,
    controlTopic: cast.controlTopic,
    presenceTopic: cast.presenceTopic,
    ...{ instance, incarnation, clockOffsetMs: 0, seed: incarnation },
    history: join(folder, `${instance}-${incarnation}.jsonl`),
  };
  const lines = [{ name: 'line', eventTypes: [name] }];
  const groups = [{ group: `${name}.x`, eventTypes: [name] }];
  const worker = startWorker(
    role === 'publisher'
      ? { ...shared, role, lines, rate: 10, keys: 5, silent: false }
      : { ...shared, role, groups, stopped: [] },
    { programs, env, logFile: logOf({ folder, name, role }) },
  );
  running.add(worker);
  return worker;
};

const logOf = ({ folder, name, role }: { folder: string; name: string; role: string }): string =>
  join(folder, `${name}-${role}.log`);

const ready = (worker: WorkerProcess, { clock }: Stage): Promise<unknown> =>
  waitWithin(clock, readyLimitMs, Promise.race([worker.ready, worker.ended]));

const stop = async (worker: WorkerProcess): Promise<void> => {
  worker.signal('SIGKILL');
  await worker.ended;
};

/** Waits until a worker's log says one of these; what nobody says aloud is a finding. */
const said = async (
  { stage, name, folder }: Scene,
  role: string,
  words: readonly string[],
): Promise<FaultEnd> => {
  const file = logOf({ folder, name, role });
  for (const deadline = stage.clock.now() + loudLimitMs; ; await delay(stage.clock, 200)) {
    const log = readFileSync(file, 'utf8');
    const word = words.find((one) => log.includes(one));
    if (word !== undefined) return { outcome: 'done', note: `the ${role} said ${word}` };
    if (stage.clock.now() > deadline) break;
  }
  const note = `the ${role} said none of ${words.join(', ')} within ${loudLimitMs} ms`;
  const now = monotonicMs();
  stage.faults.write({
    fault: silence,
    target: name,
    from: now,
    healed: now,
    note,
    outcome: 'done',
    times: 0,
  });
  return { outcome: 'done', note };
};

/** The name under which the audit finds accidents that nobody noticed. */
const silence = 'accident-unnoticed';

const accidents: Readonly<
  Record<ActionOf<'accident'>['how'], (scene: Scene, workers: Workers) => Promise<FaultEnd>>
> = {
  /** Records are deleted that the group has not read. */
  retention: async (scene, { consumer }) => {
    await stop(consumer);
    await delay(scene.stage.clock, settleMs);
    await asAdmin(scene, async (admin) => {
      const topic = v1Of(scene);
      const ends = await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({
        topic,
        partitions: ends.map(({ partition, offset }) => ({ partition, offset })),
      });
    });
    start('consumer', scene, 2);
    return said(scene, 'consumer', ['data-lost-to-retention']);
  },
  /** A topic is deleted that a group reads. */
  deletion: async (scene) => {
    await asAdmin(scene, (admin) => admin.deleteTopics({ topics: [v1Of(scene)] }));
    return said(scene, 'consumer', ['topic-missing', 'UNKNOWN_TOPIC_OR_PARTITION', 'does not host']);
  },
  /** One version gets more partitions than the other: a publisher that starts has to refuse. */
  partitions: async (scene, { publisher }) => {
    await asAdmin(scene, (admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: v1Of(scene), count: 4 }] }),
    );
    await stop(publisher);
    start('publisher', scene, 2);
    return said(scene, 'publisher', ['topic-misconfigured']);
  },
};

const asAdmin = async (
  { stage }: Scene,
  work: (admin: ReturnType<ReturnType<typeof rawClient>['admin']>) => Promise<unknown>,
): Promise<void> => {
  const admin = rawClient(stage.cluster.stack.brokers).admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
};
