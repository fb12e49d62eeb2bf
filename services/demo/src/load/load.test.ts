import type { Clock } from '@baton/messaging';
import { createLoad, instanceOf, type Load, type LoadDeps } from './load';
import { givenLoans, type Loan } from './loans';
import { type Answer, answerOf } from './post-loan';

/** A clock whose timers run as soon as nothing else does, so that a load of seconds takes milliseconds. */
const fastClock = (): Clock => {
  let now = 0;
  return {
    now: () => now,
    elapsed: () => now,
    after: (ms, callback) => {
      const timer = setImmediate(() => {
        now += ms;
        callback();
      });
      return () => clearImmediate(timer);
    },
  };
};

const loansOf = (keys: string): readonly Loan[] =>
  [...keys].map((key, index) => ({ key, body: { key, number: index }, line: index + 1 }));

const loadOf = (keys: string, rest: Partial<LoadDeps>): Load => {
  const load = createLoad({
    loans: givenLoans(loansOf(keys)),
    rate: 100,
    instances: ['lending-1', 'lending-2'],
    addressOf: (instance) => `http://${instance}`,
    post: async () => ({ kind: 'acknowledged', id: 'x' }),
    clock: fastClock(),
    ...rest,
  });
  load.allow(1);
  return load;
};

const numberOf = (body: unknown): number => (body as { number: number }).number;

describe('the load', () => {
  it('acknowledges every event once, those of a key in their order', async () => {
    const load = loadOf('abcabcabc', {
      post: async (_, body) => ({ kind: 'acknowledged', id: `e${numberOf(body)}` }),
    });
    await load.run();
    expect([...load.acknowledged].sort((a, b) => a.id.localeCompare(b.id))).toEqual(
      [...'abcabcabc'].map((key, index) => ({ key, id: `e${index}` })),
    );
    expect(load.acknowledged.filter(({ key }) => key === 'a').map(({ id }) => id)).toEqual([
      'e0',
      'e3',
      'e6',
    ]);
  });

  it('sends the next event of a key only after the answer to the one before', async () => {
    const open = new Set<string>();
    let overlaps = 0;
    const load = loadOf('aaaaabbbbb', {
      post: async (_, body) => {
        const { key } = body as { key: string };
        if (open.has(key)) overlaps += 1;
        open.add(key);
        await new Promise(setImmediate);
        open.delete(key);
        return { kind: 'acknowledged', id: String(numberOf(body)) };
      },
    });
    await load.run();
    expect(overlaps).toBe(0);
    expect(load.acknowledged).toHaveLength(10);
  });

  it('keeps every key at one instance and lets it wait while that instance restarts', async () => {
    const asked: string[] = [];
    let restarting = 20;
    const load = loadOf('abcdabcd', {
      addressOf: (instance) => {
        if (instance === 'lending-1' && restarting > 0) restarting -= 1;
        return instance === 'lending-1' && restarting > 0 ? undefined : instance;
      },
      post: async (address, body) => {
        asked.push(`${(body as { key: string }).key} ${address}`);
        return { kind: 'acknowledged', id: 'x' };
      },
    });
    await load.run();
    expect(asked).toHaveLength(8);
    for (const line of asked) {
      const [key = '', address] = line.split(' ');
      expect(address).toBe(instanceOf(key, ['lending-1', 'lending-2']));
    }
    expect(new Set(asked.map((line) => line.split(' ')[1])).size).toBe(2);
  });

  it('repeats an unanswered request as a new one and counts it; one that nobody accepted is not counted', async () => {
    const answers: Answer[] = [{ kind: 'unanswered' }, { kind: 'not-accepted' }];
    const load = loadOf('a', { post: async () => answers.shift() ?? { kind: 'acknowledged', id: 'e0' } });
    await load.run();
    expect(load.progress()).toEqual({ total: 1, sent: 1, acknowledged: 1, unanswered: 1 });
  });

  it('ends with the line of a loan that lending refuses', async () => {
    const load = loadOf('ab', { post: async () => ({ kind: 'rejected', because: 'HTTP 400 branch' }) });
    const error = {
      code: 'invalid-data',
      message: expect.stringMatching(/line \d: HTTP 400 branch/),
    };
    await expect(load.run()).rejects.toMatchObject(error);
    await expect(load.refused).rejects.toMatchObject(error);
  });

  it('ends when it is stopped', async () => {
    const load = loadOf('ab', { addressOf: () => undefined });
    const ended = load.run();
    load.stop();
    await ended;
    expect(load.acknowledged).toEqual([]);
  });
});

describe('the answer to a posted loan', () => {
  it.each([
    [201, '{"id":"e1","published":[1,2]}', { kind: 'acknowledged', id: 'e1' }],
    [503, '{"code":"outcome-unknown","id":"e1"}', { kind: 'unanswered' }],
    [503, '{"code":"publisher-closed"}', { kind: 'not-accepted' }],
    [500, 'oops', { kind: 'unanswered' }],
    [
      400,
      '{"code":"invalid-data","message":"books"}',
      { kind: 'rejected', because: 'HTTP 400 invalid-data books' },
    ],
  ])('%d %s', (status, text, expected) => {
    expect(answerOf(status, text)).toEqual(expected);
  });
});
