import type { PlantedBug } from '../planted-bug';

const batcher = 'libs/messaging/src/publisher/batcher.ts';
const publisher = 'libs/messaging/src/publisher/twin-publisher.ts';
const slot = 'libs/messaging/src/publisher/transaction-slot.ts';
const whenMaybeVisible =
  'if (attempt.committing) rest = rest.map((event) => ({ ...event, maybeVisible: true }));';

/** Faults of a publisher. */
export const publisherBugs: readonly PlantedBug[] = [
  {
    name: 'fresh-created-at-on-resend',
    firstSeed: 49,
    says: 'An event is stamped anew whenever it is sent again.',
    breaks: 'never twice by version',
    edits: [
      {
        file: batcher,
        find: whenMaybeVisible,
        replace:
          'rest = rest.map((event) => ({\n        ...this.stamp(event.pending),\n        maybeVisible: event.maybeVisible || attempt.committing,\n      }));',
      },
    ],
  },
  {
    name: 'fresh-published-versions-on-resend',
    firstSeed: 49,
    says: 'An event that is sent again goes out, and says so, in its newest version only.',
    breaks: 'never twice by version',
    edits: [
      {
        file: batcher,
        find: whenMaybeVisible,
        replace: [
          'rest = rest.map((event) => {',
          '        const twins = event.pending.twins.slice(-1);',
          '        const published = publishedVersions(twins.map(({ version }) => version));',
          '        const envelope = { ...event.pending.envelope, published };',
          '        const pending = { ...event.pending, twins, envelope };',
          '        const records = recordsOf(pending, { ...envelope, createdAt: event.createdAt });',
          '        return { ...event, pending, records, maybeVisible: event.maybeVisible || attempt.committing };',
          '      });',
        ].join('\n'),
      },
      { file: batcher, find: '  isBatonError,\n', replace: '  isBatonError,\n  publishedVersions,\n' },
    ],
  },
  {
    name: 'twins-in-two-transactions',
    says: 'Each version of a batch is written in a transaction of its own.',
    breaks: 'all or none',
    edits: [
      {
        file: slot,
        find: '        await current.begin();\n        await current.send(records);\n',
        replace: [
          '        const topics = [...new Set(records.map((record) => record.topic))];',
          '        for (const topic of topics) {',
          '          await current.begin();',
          '          await current.send(records.filter((record) => record.topic === topic));',
          '          if (topic !== topics.at(-1)) await current.commit();',
          '        }',
          '',
        ].join('\n'),
      },
    ],
  },
  {
    name: 'stamp-not-monotonic',
    says: 'createdAt is what the clock says, though it may have been set back.',
    breaks: 'createdAt never decreases',
    edits: [
      {
        file: batcher,
        find: 'Math.max(this.deps.clock.now(), this.newestStamp)',
        replace: 'this.deps.clock.now()',
      },
    ],
  },
  {
    name: 'no-wait-for-the-clock-of-the-predecessor',
    says: 'A publisher that takes a name over stamps at once, though its predecessor may have been ahead.',
    breaks: 'createdAt never decreases',
    edits: [
      {
        file: publisher,
        find: 'await delay(clock, limits.marginMs);',
        replace: 'await delay(clock, 0);',
      },
    ],
  },
  {
    name: 'key-not-pinned-to-one-producer',
    says: 'Events go through two producers in turn, whatever their key.',
    breaks: 'in order',
    edits: [
      {
        file: batcher,
        find: '      readonly maxBytes: number;\n    },',
        replace: '      readonly maxBytes: number;\n      readonly other?: Batcher;\n    },',
      },
      {
        file: batcher,
        find: '  add(event: PendingEvent): void {\n',
        replace: [
          '  private turn = 0;',
          '',
          '  add(event: PendingEvent): void {',
          '    this.turn += 1;',
          '    if (this.deps.other !== undefined && this.turn % 2 === 0) return this.deps.other.add(event);',
          '',
        ].join('\n'),
      },
      {
        file: batcher,
        find: 'while (this.running !== undefined) await this.running;',
        replace:
          'while (this.running !== undefined) await this.running;\n    await this.deps.other?.drained();',
      },
      {
        file: publisher,
        find: '  const batcher = new Batcher({\n    slot,\n',
        replace: [
          '  const otherSlot = createTransactionSlot({',
          "    transactionalId: [deps.source, deps.instance, 'other'].join('.'),",
          '    createProducer: deps.createProducer,',
          '    clock,',
          '    logger,',
          '  });',
          '  const other = new Batcher({',
          '    slot: otherSlot,',
          '    clock,',
          '    maxEvents: limits.maxBatchEvents,',
          '    maxBytes: limits.maxBatchBytes,',
          '  });',
          '  const batcher = new Batcher({',
          '    other,',
          '    slot,',
          '',
        ].join('\n'),
      },
    ],
  },
  {
    name: 'twin-with-another-key',
    says: 'The twin of the oldest version gets another key than the others.',
    breaks: 'all or none',
    edits: [
      {
        file: batcher,
        find: 'key: event.key,',
        replace: "key: twin === event.twins[0] ? event.key.concat('.') : event.key,",
      },
    ],
  },
];
