import type { EventCodec } from '@baton/contracts';
import type { Instant } from '@baton/core';
import type { DeadLetterOffice } from '../dead-letters/office';
import type { BindingSource } from '../ports/bindings';
import type { GroupMember } from '../ports/group-member';
import type { LogOffsets } from '../ports/log-offsets';
import type { Clock, Logger, Random } from '../ports/runtime';
import type { Tracing } from '../ports/tracing';
import type { Supervisor } from '../supervision/supervisor';
import type { DeprecationWarnings } from './deprecation-warnings';
import type { Lease } from './lease';
import type { Tally } from './tally';
import type { ConsumerSettings, Subscription } from './types';
import type { UnknownSchemas } from './unknown-schemas';

/** What every generation of one consumer works with. */
export interface RunContext {
  readonly group: string;
  readonly subscriptions: readonly Subscription[];
  readonly member: Pick<GroupMember, 'pause' | 'resume' | 'commit' | 'committed'>;
  readonly logOffsets: LogOffsets;
  readonly codec: EventCodec;
  readonly bindings: BindingSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: ConsumerSettings;
  readonly lease: Lease;
  readonly tally: Tally;
  /**
   * By event type, the newest creation that this process took in hand in any generation: what was handled and not
   * committed lies behind no position of a later one, and must not be promised away.
   */
  readonly newestTaken: Map<string, Instant>;
  readonly deprecations: DeprecationWarnings;
  readonly supervisor: Supervisor;
  /** Left out: nothing is ever parked. */
  readonly deadLetters: DeadLetterOffice | undefined;
  readonly unknownSchemas: UnknownSchemas;
  readonly tracing: Tracing | undefined;
  /** `draining` while the group rebalances or the consumer stops: finish the event in hand and no more. */
  readonly pace: () => 'going' | 'draining';
  /** Ends the consumer for good. */
  readonly fail: (error: unknown) => void;
}
