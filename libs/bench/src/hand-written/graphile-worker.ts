import { loadPeer } from '../peers';
import type { World } from '../row';
import type { Loan } from '../workload/loan';
import type { TwinSender } from '../workload/twin-sender';

/** What is used of graphile-worker, which is not installed with the project. */
interface GraphileWorker {
  run(options: object): Promise<{ stop(): Promise<void> }>;
  runMigrations(options: object): Promise<void>;
}

/** The task of a job that is to become twins in Kafka. */
export const relayTask = 'relay';

/** As many jobs at a time as go into one transaction of Kafka. */
const concurrentJobs = 500;

const silent = { scope: () => silent, error() {}, warn() {}, info() {}, debug() {} };

/** Creates the tables of graphile-worker. */
export const createJobTables = (world: World, connectionString: string): Promise<void> =>
  loadPeer<GraphileWorker>(world, 'graphile-worker').runMigrations({ connectionString, logger: silent });

/** Moves jobs to Kafka: in batches from the database, as its page on performance advises, and into transactions. */
export const startGraphileRelay = (
  world: World,
  connectionString: string,
  sender: TwinSender,
): Promise<{ stop(): Promise<void> }> =>
  loadPeer<GraphileWorker>(world, 'graphile-worker').run({
    ...{ connectionString, logger: silent, noHandleSignals: true },
    preset: {
      worker: {
        concurrentJobs,
        maxPoolSize: 10,
        pollInterval: 1_000,
        localQueue: { size: 2 * concurrentJobs },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
    taskList: { [relayTask]: (payload: Loan) => sender.publish(payload) },
  });
