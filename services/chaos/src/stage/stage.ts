import type { Clock } from '@baton/messaging';
import type { Random } from '../random';
import type { Cluster } from './cluster';
import type { Crew } from './crew';
import type { FaultLog } from './fault-log';
import type { Locks } from './locks';
import type { Cast } from './names';
import type { PartDatabase } from './part-database';
import type { RunScript } from './script';

/** Everything that the faults of one part act on. */
export interface Stage {
  readonly cast: Cast;
  readonly cluster: Cluster;
  readonly crew: Crew;
  readonly script: RunScript;
  readonly faults: FaultLog;
  /** A group is stopped by one fault at a time. */
  readonly groupLocks: Locks;
  /** A process is killed or stopped by one fault at a time. */
  readonly workerLocks: Locks;
  readonly database: PartDatabase | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly folder: string;
  /** Folder of the compiled worker programs. */
  readonly programs: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}
