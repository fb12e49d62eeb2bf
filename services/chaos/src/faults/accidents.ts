import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topicOf, version } from '@baton/core';
import { eventTopicSpec } from '@baton/kafka';
import { delay } from '@baton/messaging';
import { monotonicMs } from '../history/monotonic';
import type { ActionOf } from '../plan/actions';
import { type Crew, createCrew, type Role } from '../stage/crew';
import { chaosEventType, registerSchemas } from '../stage/event-type';
import type { FaultEnd, Outcome } from '../stage/fault-log';
import type { Stage } from '../stage/stage';
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
  const { cast, faults, clock, programs, env } = stage;
  const number = faults.lines.filter(({ fault }) => fault === 'topic-accident').length + 1;
  const folder = join(stage.folder, 'accidents');
  return faults.during('topic-accident', how, async () => {
    mkdirSync(folder, { recursive: true });
    const crew = createCrew({ folder, clock, programs, env });
    const scene: Scene = { stage, crew, name: `${cast.sacrificial}${number}`, folder };
    try {
      await prepare(scene);
      for (const role of rolesOf(scene)) crew.start(role);
      for (const name of crew.names) await crew.ready(name, readyLimitMs);
      await delay(clock, settleMs);
      return await accidents[how](scene);
    } finally {
      await crew.stopAll();
      await stage.cluster.kafka.topics.remove(topicsOf(scene.name)).catch(() => {});
    }
  });
};

interface Scene {
  readonly stage: Stage;
  /** A publisher and a consumer of this event type alone. */
  readonly crew: Crew;
  readonly name: string;
  readonly folder: string;
}

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

const nameOf = ({ name }: Scene, role: 'publisher' | 'consumer'): string => `${name}-${role}`;
const groupOf = ({ name }: Scene): string => `${name}.x`;

const rolesOf = (scene: Scene): readonly Role[] => {
  const { cluster, cast } = scene.stage;
  const shared = {
    brokers: cluster.proxy.brokers,
    registry: cluster.registry.url,
    controlTopic: cast.controlTopic,
    presenceTopic: cast.presenceTopic,
    ...{ clockOffsetMs: 0, seed: 1 },
  };
  const eventTypes = [scene.name];
  return [
    {
      ...{ ...shared, role: 'publisher', instance: nameOf(scene, 'publisher') },
      ...{ lines: [{ name: 'line', eventTypes, through: 'transactions' }], rate: 10, keys: 5, silent: false },
    },
    {
      ...{ ...shared, role: 'consumer', instance: nameOf(scene, 'consumer') },
      ...{ groups: [{ group: groupOf(scene), eventTypes, effects: 'none' }], stopped: [] },
    },
  ];
};

/** Waits until a worker's log says one of these; what nobody says aloud is a finding. */
const said = async (
  scene: Scene,
  role: 'publisher' | 'consumer',
  words: readonly string[],
): Promise<FaultEnd> => {
  const { stage, name, folder } = scene;
  const file = join(folder, `${nameOf(scene, role)}.log`);
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

const accidents: Readonly<Record<ActionOf<'accident'>['how'], (scene: Scene) => Promise<FaultEnd>>> = {
  /** Records are deleted that the group has not read. */
  retention: async (scene) => {
    const [consumer, group] = [nameOf(scene, 'consumer'), groupOf(scene)];
    await untilPositions(scene, ({ committed }) => committed > 0);
    await scene.crew.tell(consumer, { do: 'stop-group', group });
    await untilPositions(scene, ({ committed, end }) => committed > 0 && committed < end);
    await asAdmin(scene, async (admin) => {
      const topic = v1Of(scene);
      const ends = await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({
        topic,
        partitions: ends.map(({ partition, offset }) => ({ partition, offset })),
      });
    });
    await scene.crew.tell(consumer, { do: 'start-group', group }).catch(() => {});
    return said(scene, 'consumer', ['data-lost-to-retention']);
  },
  /** A topic is deleted that a group reads. */
  deletion: async (scene) => {
    await asAdmin(scene, (admin) => admin.deleteTopics({ topics: [v1Of(scene)] }));
    return said(scene, 'consumer', ['topic-missing', 'UNKNOWN_TOPIC_OR_PARTITION', 'does not host']);
  },
  /** One version gets more partitions than the other: a publisher that starts has to refuse. */
  partitions: async (scene) => {
    await asAdmin(scene, (admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: v1Of(scene), count: 4 }] }),
    );
    await scene.crew.kill(nameOf(scene, 'publisher'));
    return said(scene, 'publisher', ['topic-misconfigured']);
  },
};

interface Position {
  readonly committed: number;
  readonly end: number;
}

/**
 * Waits until one partition of v1 is so. Another fault may have kept the group from its first events; then nothing could be
 * lost to it, and the accident is tried again.
 */
const untilPositions = async (scene: Scene, fact: (position: Position) => boolean): Promise<void> => {
  const { clock, cluster } = scene.stage;
  const { groupReader, logOffsets } = cluster.kafka;
  const topic = v1Of(scene);
  for (const deadline = clock.now() + loudLimitMs; clock.now() < deadline; await delay(clock, 200)) {
    const [offsets, ends] = await Promise.all([
      groupReader.committed(groupOf(scene), [topic]),
      logOffsets.end(topic),
    ]);
    const positions = ends.map((end, p) => ({ committed: offsets.get(topic)?.[p] ?? 0, end }));
    if (positions.some(fact)) return;
  }
  throw new Error(`The group ${groupOf(scene)} did not come so far within ${loudLimitMs} ms.`);
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
