import { createAvroCodec } from '@baton/contracts';
import { createLogBindings } from '@baton/control';
import { defaultTimeline, version } from '@baton/core';
import {
  type BindingSource,
  createConsumer,
  type EventConsumer,
  handle,
  staticBindings,
  systemClock,
} from '@baton/messaging';
import { uniqueName } from '../unique-name';
import type { Loan } from './loan';
import { marginMs, type Place } from './place';

/** The shortest lease that the broker allows by default; the margin is that of the topics. */
export const leaseMs = 6_000;

/** What happens to a loan; `version` is the one that counted. */
export type OnLoan = (loan: Loan, version: 1 | 2) => Promise<void>;

export interface MemberOptions {
  readonly group: string;
  readonly bindings: BindingSource;
  readonly onLoan: OnLoan;
  /** Both versions, unless given. */
  readonly reads?: readonly (1 | 2)[];
}

/** A member of a group, started. */
export const startBatonMember = async (
  { event, kafka }: Place,
  { group, bindings, onLoan, reads = [1, 2] }: MemberOptions,
): Promise<EventConsumer> => {
  const consumer = createConsumer({
    ...{ group, instance: uniqueName('member'), bindings },
    on: [handle(event, { 1: ({ data }) => onLoan(data, 1), 2: ({ data }) => onLoan(data, 2) }, { reads })],
    groupMember: kafka.groupMember,
    logOffsets: kafka.logOffsets,
    codec: createAvroCodec({ registry: kafka.registry() }),
    settings: { leaseMs, marginMs },
  });
  await consumer.start();
  return consumer;
};

/** Bindings that stay as they are: one version counts for ever. */
export const fixedBindings = ({ event }: Place, group: string, counts: 1 | 2 = 1): BindingSource => {
  const timelines = { [event.name]: defaultTimeline(version(counts)) };
  return staticBindings({ group, timelines, clock: systemClock, leadMs: leaseMs + marginMs });
};

/** Bindings as the control log has them. */
export const loggedBindings = async ({ kafka }: Place, group: string): Promise<BindingSource> =>
  createLogBindings({
    ...{ log: await kafka.controlLog(), group, by: uniqueName('member') },
    ...{ lead: leaseMs + marginMs, clock: systemClock, presence: kafka.presence },
  });
