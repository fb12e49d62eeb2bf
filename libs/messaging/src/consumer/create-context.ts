import { topicOf } from '@baton/core';
import { DeadLetterOffice } from '../dead-letters/office';
import { retryTopicOf } from '../dead-letters/topics';
import type { GroupMember } from '../ports/group-member';
import { type Clock, type Logger, silentLogger, systemClock, systemRandom } from '../ports/runtime';
import { Supervisor } from '../supervision/supervisor';
import { coPartitionedAssignor } from './assignor';
import { DeprecationWarnings } from './deprecation-warnings';
import { Lease } from './lease';
import { writeMemberMetadata } from './member-metadata';
import type { RunContext } from './run-context';
import type { ConsumerDeps, ConsumerSettings, Subscription } from './types';
import { UnknownSchemas } from './unknown-schemas';

const defaultSettings: ConsumerSettings = {
  leaseMs: 10_000,
  heartbeatIntervalMs: 1_000,
  marginMs: 2_000,
  commitIntervalMs: 500,
  retryMs: { first: 100, longest: 30_000 },
  attempts: 5,
  ahead: { events: 100, bytes: 4_194_304, parking: 2_000 },
  unknownSchemaMs: 3_000,
  drainMs: 8_000,
};

/** Puts together what every generation of a consumer works with, from what it was given. */
export const createRunContext = (
  deps: ConsumerDeps,
  subscriptions: readonly Subscription[],
  own: Pick<RunContext, 'tally' | 'pace' | 'fail'>,
): RunContext & { readonly member: GroupMember } => {
  const { group, bindings, logOffsets, codec } = deps;
  const { clock = systemClock, random = systemRandom, logger = silentLogger } = deps;
  const settings = { ...defaultSettings, ...deps.settings };
  const member = createMember(deps, subscriptions, settings);
  const deadLetters = openOffice(deps, { member, clock, logger });
  const { tally, fail } = own;
  return {
    ...own,
    group,
    subscriptions,
    member,
    logOffsets,
    codec,
    bindings,
    clock,
    random,
    logger,
    settings,
    lease: new Lease(settings.leaseMs),
    newestTaken: new Map(),
    deprecations: new DeprecationWarnings({ group, bindings, clock, logger }),
    supervisor: new Supervisor({
      group,
      subscriptions,
      supervision: deps.supervision,
      settings,
      canPark: deadLetters !== undefined,
      clock,
      random,
      logger,
      restarted: () => tally.restarted(),
      fail,
    }),
    deadLetters,
    tracing: deps.tracing,
    unknownSchemas: new UnknownSchemas(clock, settings.unknownSchemaMs),
  };
};

const createMember = (
  { group, instance, bindings, groupMember, deadLetters }: ConsumerDeps,
  subscriptions: readonly Subscription[],
  { leaseMs, heartbeatIntervalMs }: ConsumerSettings,
): GroupMember =>
  groupMember({
    group,
    topics: [
      ...subscriptions.flatMap(({ eventType, reads }) => reads.map((v) => topicOf(eventType.name, v))),
      ...(deadLetters === undefined ? [] : [retryTopicOf(group)]),
    ],
    assignor: { name: 'baton-co-partitioned', assign: coPartitionedAssignor },
    metadata: () =>
      writeMemberMetadata({
        instance,
        agreement: bindings.agreement.key,
        preference: bindings.agreement.preference,
      }),
    sessionTimeoutMs: leaseMs,
    heartbeatIntervalMs,
  });

const openOffice = (
  { group, instance, deadLetters, logOffsets }: ConsumerDeps,
  own: { readonly member: GroupMember; readonly clock: Clock; readonly logger: Logger },
): DeadLetterOffice | undefined =>
  deadLetters === undefined
    ? undefined
    : new DeadLetterOffice({ ...deadLetters, ...own, group, instance, logOffsets });
