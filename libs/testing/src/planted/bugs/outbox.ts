import type { PlantedBug } from '../planted-bug';

const batch = 'libs/postgres/src/outbox/plan-batch.ts';
const range = 'libs/postgres/src/outbox/range-run.ts';
const relay = 'libs/postgres/src/outbox/relay.ts';
const retirements = 'libs/postgres/src/outbox/relay-retirements.ts';
const session = 'libs/postgres/src/outbox/relay-session.ts';

/** Faults of the relay of an outbox. */
export const outboxBugs: readonly PlantedBug[] = [
  {
    name: 'relay-without-lock',
    says: 'A relay works on a range, whether it has got its lock or not.',
    breaks: 'in order',
    edits: [
      {
        file: session,
        find: '(await this.locks.take(range))) this.begin(range);',
        replace: '(await this.locks.take(range)) !== undefined) this.begin(range);',
      },
      {
        file: relay,
        find: 'assertOwned: () => locks.assertHeld(range),',
        replace: 'assertOwned: () => locks.assertHeld(range).catch(() => {}),',
      },
    ],
  },
  {
    name: 'relay-stamps-anew-on-resend',
    firstSeed: 37,
    says: 'A relay stamps an event of the outbox anew whenever it sends it again.',
    breaks: 'never twice by version',
    edits: [
      {
        file: range,
        find: 'each.event.stamp === undefined ? [] : [{ ...each, createdAt: each.event.stamp.createdAt }];',
        replace: 'each.event.stamp === undefined ? [] : [{ ...each, createdAt: now }];',
      },
      {
        file: range,
        find: 'const stampedBefore = (each: EncodedEvent): readonly StampedEvent[] =>',
        replace: 'const stampedBefore = (now: number) => (each: EncodedEvent): readonly StampedEvent[] =>',
      },
      {
        file: range,
        find: 'return events.flatMap(stampedBefore);',
        replace: 'return events.flatMap(stampedBefore(clock.now()));',
      },
    ],
  },
  {
    name: 'relay-marks-before-the-commit',
    says: 'A relay marks events as sent before the broker has committed them.',
    breaks: 'never lost',
    edits: [
      {
        file: range,
        find: "    if ((await this.sender.send(stamped)) !== 'committed')",
        replace: [
          '    this.sent = [...this.sent, ...stamped.map(({ event }) => event.seq)];',
          '    await this.read();',
          "    if ((await this.sender.send(stamped)) !== 'committed')",
        ].join('\n'),
      },
    ],
  },
  {
    name: 'relay-publishes-anew-on-resend',
    firstSeed: 166,
    says: 'A relay sends an event again in the versions that are published now, not in those that it was stamped with.',
    breaks: 'never twice by version',
    edits: [
      {
        file: batch,
        find: 'event.stamp?.published ?? reachable(',
        replace: 'reachable(',
      },
    ],
  },
  {
    name: 'relay-does-not-wait-for-the-clock-of-the-owner-before',
    says: 'A relay that takes a range over stamps at once, though the owner before may have been ahead.',
    breaks: 'createdAt never decreases',
    edits: [
      {
        file: range,
        find: 'this.newest = await store.newestStamp(range);',
        replace: 'this.newest = Math.min(0, await store.newestStamp(range));',
      },
    ],
  },
  {
    name: 'relay-retires-with-events-unsent',
    firstSeed: 75,
    says: 'A relay says that a version is written no more while the outbox still has events to send in it.',
    breaks: 'no retirement on a hunch',
    edits: [
      {
        file: retirements,
        find: 'while ((await connected().store.unsentWith(eventType, version)) > 0) await delay(clock, lookAgainMs);',
        replace:
          'if ((await connected().store.unsentWith(eventType, version)) < 0) await delay(clock, lookAgainMs);',
      },
    ],
  },
  {
    name: 'relay-retires-before-others-know',
    firstSeed: 75,
    says: 'A relay says that a version is written no more though other relays, which have not heard of it, still stamp it.',
    breaks: 'no retirement on a hunch',
    edits: [
      {
        file: retirements,
        find: '    await connected().store.retire(eventType, version);\n',
        replace: '',
      },
    ],
  },
];
