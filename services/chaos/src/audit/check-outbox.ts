import { groupBy, longestIncreasing } from '@baton/demo';
import type { Message } from './committed';
import type { PartEvidence, Violation } from './types';

export type OutboxEvidence = Pick<PartEvidence, 'outboxTypes' | 'shipments' | 'outbox' | 'log' | 'workers'>;

/** What went through the outbox. */
export interface OutboxFigures {
  /** Transactions that were committed, and that were rolled back on purpose. */
  readonly committed: number;
  readonly rolledBack: number;
  /** Events that a relay published more than once. */
  readonly repeated: number;
}

/**
 * What was committed in the database is in the topics, and nothing else; every attempt to send an event carries the
 * stamp that the database keeps; a key's events lie in the order of the transactions; nothing is left in the outbox.
 */
export const checkOutbox = (evidence: OutboxEvidence, all: readonly Message[]): readonly Violation[] => {
  const messages = messagesOf(evidence, all);
  return [
    ...unpublished(evidence, messages),
    ...unfounded(evidence, messages),
    ...stampedAnew(evidence),
    ...disordered(evidence, messages),
    ...left(evidence),
  ];
};

export const outboxFigures = (evidence: OutboxEvidence, all: readonly Message[]): OutboxFigures => ({
  committed: evidence.shipments.length,
  rolledBack: evidence.workers.filter(({ kind }) => kind === 'row-rolled-back').length,
  repeated: [...groupBy(messagesOf(evidence, all), ({ id }) => id).values()].filter(
    (copies) => new Set(copies.map(({ topic }) => topic)).size < copies.length,
  ).length,
});

const messagesOf = ({ outboxTypes }: OutboxEvidence, all: readonly Message[]): readonly Message[] =>
  all.filter(({ eventType }) => outboxTypes.includes(eventType));

/** By the rows of the service, and by what its writers were told. */
const unpublished = (
  { shipments, workers }: OutboxEvidence,
  messages: readonly Message[],
): readonly Violation[] => {
  const visible = new Set(messages.map(({ id }) => id));
  const told = workers.filter((line) => line.kind === 'row-committed');
  const kept = new Set(shipments.map(({ id }) => id));
  const lost = shipments.filter(({ id }) => !visible.has(id));
  return [
    ...lost.map(
      ({ eventType, id, note }): Violation => ({
        class: 'lost',
        check: 'committed-row-is-published',
        text: `${eventType} ${id} (${note}) is committed in the database and is in no topic`,
      }),
    ),
    ...told
      .filter(({ id }) => !kept.has(id))
      .map(
        ({ id, note }): Violation => ({
          class: 'lost',
          check: 'told-row-is-committed',
          text: `${note} (${id}) was told to be committed and is not in the database`,
        }),
      ),
  ];
};

const unfounded = ({ shipments }: OutboxEvidence, messages: readonly Message[]): readonly Violation[] => {
  const kept = new Set(shipments.map(({ id }) => id));
  return [...new Set(messages.filter(({ id }) => !kept.has(id)).map(({ id }) => id))].map((id) => ({
    class: 'wrong',
    check: 'rolled-back-is-not-published',
    text: `${id} is in a topic, and no transaction with it was committed`,
  }));
};

/** Every record counts, of aborted attempts too. */
const stampedAnew = ({ outbox, log }: OutboxEvidence): readonly Violation[] => {
  const stamps = new Map(outbox.map(({ id, stamp }) => [id, stamp]));
  return log.flatMap(({ kind, topic, partition, offset, timestamp, headers }): readonly Violation[] => {
    const { ce_id: id = '', ce_publishedversions: published = '' } = headers;
    if (kind !== 'data' || !stamps.has(id)) return [];
    const stamp = stamps.get(id);
    const found = `${timestamp}, ${published}, partition ${partition}`;
    const kept = `${stamp?.createdAt}, ${stamp?.published}, partition ${stamp?.partition}`;
    if (found === kept) return [];
    const text = `${id} at ${topic}/${partition}@${offset} is stamped ${found}; the database says ${kept}`;
    return [{ class: 'torn', check: 'stamped-once', text }];
  });
};

/** The first time of each event on each topic, against the order of the transactions. */
const disordered = ({ shipments }: OutboxEvidence, messages: readonly Message[]): readonly Violation[] => {
  const places = new Map(shipments.map(({ id, n }) => [id, n]));
  const byOffset = [...messages].sort((a, b) => a.offset - b.offset);
  return [...groupBy(byOffset, ({ topic, key }) => `${topic} ${key}`)].flatMap(([name, copies]) => {
    const order = [...new Set(copies.map(({ id }) => id))].flatMap((id) => places.get(id) ?? []);
    return Array.from(
      { length: order.length - longestIncreasing(order) },
      (): Violation => ({
        class: 'out-of-order',
        check: 'published-in-order-of-commits',
        text: `${name}: events are published against the order of their transactions`,
      }),
    );
  });
};

const left = ({ outbox }: OutboxEvidence): readonly Violation[] =>
  outbox
    .filter(({ state }) => state !== 'sent')
    .map(({ eventType, id, state }) => ({
      ...(state === 'open'
        ? { class: 'stuck', check: 'outbox-is-emptied' }
        : { class: 'wrong', check: 'sendable-is-not-parked' }),
      text: `${eventType} ${id} is ${state} in the outbox`,
    }));
