import type { Clock } from '@baton/messaging';
import { createRandom } from '../random';
import type { Cluster } from '../stage/cluster';
import type { Crew, Role } from '../stage/crew';
import type { FaultLog } from '../stage/fault-log';
import { createLocks } from '../stage/locks';
import { type Cast, outboxTypesOf } from '../stage/names';
import type { PartDatabase } from '../stage/part-database';
import { createRunScript } from '../stage/script';
import type { Stage } from '../stage/stage';
import type { WorkerProcess } from '../stage/worker-process';

export interface StageDeps {
  readonly seed: number;
  readonly cast: Cast;
  readonly crew: Crew;
  readonly scripts: Set<WorkerProcess>;
  readonly faults: FaultLog;
  readonly database: PartDatabase | undefined;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly folder: string;
  readonly programs: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Events a second, over all publishers. */
  readonly rate: number;
}

/** Starts the workers of a part, and puts together what faults act on. */
export const setStage = (deps: StageDeps): Stage => {
  const { cast, crew, scripts, faults, cluster, clock, folder, programs, env, database } = deps;
  const shared = {
    brokers: cluster.proxy.brokers,
    registry: cluster.registry.url,
    controlTopic: cast.controlTopic,
    presenceTopic: cast.presenceTopic,
  };
  const random = createRandom(deps.seed).fork('stage');
  const seed = (): number => random.between(1, 1e9);
  for (const role of rolesOf({ ...deps, shared, newSeed: seed })) crew.start(role);
  const script = createRunScript({ shared, part: cast.part, folder, clock, programs, env, running: scripts });
  return {
    ...{ cast, cluster, crew, script, faults, clock, random, folder, programs, env, database },
    groupLocks: createLocks(),
    workerLocks: createLocks(),
  };
};

type Shared = Pick<Role, 'brokers' | 'registry' | 'controlTopic' | 'presenceTopic'>;

const rolesOf = ({
  cast,
  database,
  rate,
  shared,
  newSeed,
}: Pick<StageDeps, 'cast' | 'database' | 'rate'> & {
  shared: Shared;
  newSeed: () => number;
}): readonly Role[] => {
  const place = database === undefined ? {} : { database: { url: database.url, source: database.source } };
  const consumers = cast.consumers.map(
    (instance): Role => ({
      ...{ ...shared, role: 'consumer', instance, clockOffsetMs: 0, stopped: [], seed: newSeed(), ...place },
      groups: cast.groups
        .filter(({ members }) => members.includes(instance))
        .map(({ group, eventTypes, effects }) => ({ group, eventTypes: [...eventTypes], effects })),
    }),
  );
  const publishers = cast.publishers.map(
    (instance): Role => ({
      ...{ ...shared, role: 'publisher', instance, clockOffsetMs: 0, silent: false, keys: 40, ...place },
      ...{ rate: rate / cast.publishers.length, seed: newSeed() },
      lines: cast.lines.map(({ name, eventTypes, through }) => ({
        name,
        eventTypes: [...eventTypes],
        through,
      })),
    }),
  );
  const relays = cast.relays.flatMap((instance): readonly Role[] =>
    place.database === undefined
      ? []
      : [
          {
            ...{ ...shared, role: 'relay', instance, clockOffsetMs: 0, database: place.database },
            eventTypes: [...outboxTypesOf(cast)],
          },
        ],
  );
  return [...consumers, ...publishers, ...relays];
};
