import { after, eventType, group, Story } from '../../test-support/story';
import type { LogLine } from '../evidence/read-logs';
import type { FaultLine } from './types';

describe('the audit of a part', () => {
  it('is clean where everything went well, redelivery included', () => {
    expect(after(() => {})).toEqual([]);
    expect(
      after((story) => {
        story.handle(3, 2);
        story.handle(4, 2);
      }),
    ).toEqual([]);
  });

  it('counts changeovers, and what was published, handled and redelivered', () => {
    const story = new Story();
    story.handle(4, 2);
    expect(story.audit()).toMatchObject({ published: 4, handled: 4, redelivered: 1, changeovers: 1 });
  });

  it('finds a stored event that was not handled, and offsets committed past it', () => {
    expect(after((story) => story.forget(2))).toEqual([
      'lost: stored-is-handled',
      'wrong: committed-is-handled',
    ]);
  });

  it('finds an acknowledged event that is in no topic', () => {
    const checks = after((story) =>
      story.did({ kind: 'publish-answered', note: 'p1/1/9', id: 'e9', createdAt: 1, published: '1,2' }, 'p1'),
    );
    expect(checks).toEqual(['lost: acknowledged-is-stored']);
  });

  it('finds an event handled in two versions, the second against the rule', () => {
    expect(after((story) => story.handle(4, 1))).toEqual([
      'doubled: one-version',
      'wrong: decision-by-the-rule',
    ]);
  });

  it('finds twins of which one is missing, and counts an aborted twin as missing', () => {
    const tear = (change: Partial<LogLine>) =>
      after((story) => {
        story.store(5, 1, 700);
        story.store(5, 2, 700, change);
        story.handle(5, 1);
      });
    expect(tear({})).toEqual([]);
    expect(tear({ kind: 'data', transactionOf: 'never-ended' })).toEqual(['torn: twins-visible-together']);
  });

  it.each([
    ['partition', { partition: 1, offset: 0 }],
    ['key', { key: 'other' }],
    ['createdAt', { timestamp: 701 }],
  ] as const)('finds twins that differ in %s', (_, change) => {
    const checks = after((story) => {
      story.store(5, 1, 700);
      story.store(5, 2, 700, change);
      story.handle(5, 1);
    });
    expect(checks).toEqual(['torn: twins-equal']);
  });

  it('finds a handled event that is committed nowhere', () => {
    const checks = after((story) => {
      story.store(5, 1, 700, { transactionOf: '7' });
      story.store(5, 1, 700, { kind: 'abort-marker', transactionOf: '7', headers: {} });
      story.handle(5, 1);
    });
    expect(checks).toEqual(['wrong: handled-is-committed']);
  });

  it('finds first handlings against the order of publishing, and a last effect that is not the newest', () => {
    const checks = after((story) => {
      story.forget(3);
      story.handle(3, 2);
    });
    expect(checks).toEqual([
      'out-of-order: publish-order',
      'out-of-order: last-effect-is-newest',
      'wrong: committed-is-handled',
    ]);
  });

  it('finds an old event whose effect is repeated after newer ones', () => {
    expect(after((story) => story.handle(1, 1, 'c2'))).toEqual(['out-of-order: last-effect-is-newest']);
  });

  it('finds what nobody can read and nobody parked, and what was parked although it can be read', () => {
    const park = (story: Story, n: number, topic: string, offset: number) =>
      story.letters.push({
        ...{
          topic: `${group}.dead-letters`,
          partition: 0,
          offset: n,
          kind: 'data',
          transactionOf: undefined,
        },
        ...{ timestamp: 1, key: 'malformed-1' },
        headers: {
          'baton-dead-letter': JSON.stringify({
            kind: 'letter',
            group,
            origin: { topic, partition: 0, offset },
          }),
        },
      });
    const withLetters = (...offsets: number[]) =>
      after((story) => {
        story.store(9, 1, 700, { key: 'malformed-1' });
        for (const [n, offset] of offsets.entries()) park(story, n, `${eventType}.v1`, offset);
      });
    expect(withLetters(4)).toEqual([]);
    expect(withLetters()).toEqual(['lost: unreadable-is-parked']);
    expect(withLetters(4, 1)).toEqual(['wrong: readable-is-not-parked']);
  });

  it('finds accidents that nobody noticed', () => {
    const checks = after((story) =>
      story.faults.push({
        ...{
          fault: 'accident-unnoticed',
          target: 't',
          from: 0,
          healed: 0,
          note: '',
          outcome: 'done',
          times: 0,
        },
      }),
    );
    expect(checks).toEqual(['wrong: accidents-are-told']);
  });

  it('finds offsets that go back', () => {
    expect(after((story) => story.commit('v1', 2))).toEqual(['wrong: commits-go-forward']);
  });

  it('finds partitions that are not drained, and proposals that nobody decided', () => {
    const checks = after((story) => {
      story.undrained = [{ group, topic: `${eventType}.v1`, partition: 0, committed: 3, end: 4 }];
      story.enter(3_000, {
        ...{ kind: 'binding-proposed', proposal: 'q', group, eventType, version: 1, by: 's2' },
        ...{ since: 9_000, decideBy: 10_000, lead: 500, expectedRevision: 4 },
      });
    });
    expect(checks).toEqual(['stuck: drains-once-faults-stop', 'stuck: proposals-are-decided']);
  });

  it('finds what grows between quiet times, and nothing where all stays flat', () => {
    const withSockets = (sockets: number) =>
      after((story) => {
        const held = { rss: 1, heap: 1, descriptors: 1, listeners: 1, resources: 1 };
        const line = (from: number): FaultLine => ({
          ...{ fault: 'quiet', target: '', from, healed: from + 1.5, note: '', outcome: 'done', times: 0 },
        });
        story.faults.push(line(story.workers.length + 1));
        story.did({ kind: 'holdings', ...held, sockets: 1 });
        story.handle(4, 2);
        story.faults.push(line(story.workers.length + 1));
        story.did({ kind: 'holdings', ...held, sockets });
      });
    expect(withSockets(2)).toEqual([]);
    expect(withSockets(100)).toEqual(['wrong: nothing-leaks']);
  });
});
