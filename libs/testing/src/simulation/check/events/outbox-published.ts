import type { Violation } from '../../history';
import type { EventFacts, Facts, OutboxRow } from '../facts/types';
import { type Property, violation } from '../property';

/** What is committed into an outbox is published in the end, and nothing else ever is, and nothing before. */
export const outboxPublished: Property = (facts) => {
  if (facts.rows.length === 0) return [];
  const events = new Map(facts.events.map((event) => [`${event.source} ${event.id}`, event]));
  const found = facts.rows.flatMap((row) => judge(row, events.get(`${row.source} ${row.id}`), facts));
  return [...found, ...strangers(facts)];
};

const judge = (row: OutboxRow, event: EventFacts | undefined, { ended }: Facts): readonly Violation[] => {
  const what = `the event ${row.id} with key ${row.key} of call ${row.call}`;
  const first = event?.copies[0];
  if (row.how === 'rolled-back') {
    if (first === undefined) return [];
    const text = `Expected nothing of ${what} to be sent, since its transaction was rolled back, but it was.`;
    return [violation('unsafe', 'only-what-is-committed-is-sent', text, [row.step, first.step])];
  }
  if (first !== undefined && first.step < row.step) {
    const text = `Expected nothing of ${what} to be sent before its transaction was committed, but it was.`;
    return [violation('unsafe', 'only-what-is-committed-is-sent', text, [first.step, row.step])];
  }
  if (ended === undefined || event?.firstVisible !== undefined) return [];
  const text = `Expected ${what} to be published, since it was committed into the outbox, but it never was.`;
  return [violation('lost', 'what-is-committed-is-published', text, [row.step, first?.step])];
};

/** Events under the source of an outbox that nobody put there. */
const strangers = ({ events, rows }: Facts): readonly Violation[] => {
  const known = new Set(rows.map(({ source, id }) => `${source} ${id}`));
  return events
    .filter(({ outbox, source, id }) => outbox !== undefined && !known.has(`${source} ${id}`))
    .map(({ id, source, copies }) =>
      violation(
        'unsafe',
        'only-what-is-committed-is-sent',
        `Expected only what is in the outbox of ${source} to be sent, got ${id}.`,
        [copies[0]?.step],
      ),
    );
};
