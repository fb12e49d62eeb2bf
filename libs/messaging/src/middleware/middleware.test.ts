import { isBatonError } from '@baton/core';
import { createManualClock } from '@baton/testing';
import type { Event, Handler, HandlerContext } from '../consumer/types';
import { directiveOf, ownError } from '../supervision/directive';
import { compose } from './compose';
import { deadLetter } from './dead-letter';
import { deadline } from './deadline';
import { retry } from './retry';

const event = { id: 'e1' } as Event;
const tryNumber = (attempt: number, signal = new AbortController().signal): HandlerContext =>
  ({ attempt, signal }) as HandlerContext;
const failing: Handler = async () => {
  throw new RangeError('broken');
};
const failureOf = (handler: Handler, attempt = 1): Promise<unknown> =>
  handler(event, tryNumber(attempt)).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('compose', () => {
  it('runs the first named first', async () => {
    const order: string[] = [];
    const log =
      (name: string) =>
      (next: Handler): Handler =>
      async (...given) => {
        order.push(name);
        await next(...given);
      };
    await compose(log('outer'), log('inner'))(async () => void order.push('handler'))(event, tryNumber(1));
    expect(order).toEqual(['outer', 'inner', 'handler']);
  });
});

describe('retry', () => {
  it('asks for pauses that double up to the longest, a share of each left to chance', async () => {
    const pauses = async (random: () => number) => {
      const handler = retry({ attempts: 9, firstMs: 100, longestMs: 500, jitter: 0.5, random })(failing);
      const errors = await Promise.all([1, 2, 3, 4].map((attempt) => failureOf(handler, attempt)));
      return errors.map(directiveOf);
    };
    const of = (...all: readonly number[]) => all.map((afterMs) => ({ kind: 'retry', afterMs }));
    expect(await pauses(() => 0)).toEqual(of(100, 200, 400, 500));
    expect(await pauses(() => 1)).toEqual(of(50, 100, 200, 250));
  });

  it('gives the error itself up after the last try, and one that is not worth another', async () => {
    const handler = retry({ attempts: 3, when: (error) => !(error instanceof TypeError) })(failing);
    expect(directiveOf(await failureOf(handler, 2))).toMatchObject({ kind: 'retry' });
    expect(await failureOf(handler, 3)).toEqual(new RangeError('broken'));
    const bug = retry({ attempts: 3, when: (error) => !(error instanceof RangeError) })(failing);
    expect(await failureOf(bug)).toEqual(new RangeError('broken'));
  });

  it('keeps the error of the handler, whatever was thrown', async () => {
    for (const thrown of ['text', undefined, null, { odd: true }]) {
      const handler = retry({ attempts: 3 })(() => Promise.reject(thrown));
      const error = await failureOf(handler);
      expect(isBatonError(error, 'handler-failed')).toBe(true);
      expect(ownError(error)).toBe(thrown);
    }
  });
});

describe('dead letter', () => {
  it('asks for parking once everything inside has given up', async () => {
    const handler = compose(deadLetter({ laterEvents: 'go-on' }), retry({ attempts: 2 }))(failing);
    expect(directiveOf(await failureOf(handler, 1))).toMatchObject({ kind: 'retry' });
    expect(directiveOf(await failureOf(handler, 2))).toEqual({ kind: 'resume', laterEvents: 'go-on' });
  });

  it('leaves errors alone that it is not for', async () => {
    const handler = deadLetter({ when: (error) => error instanceof TypeError })(failing);
    expect(await failureOf(handler)).toEqual(new RangeError('broken'));
  });
});

describe('a deadline', () => {
  it('fails a handler that hangs, and tells it by its signal', async () => {
    const clock = createManualClock(0);
    let told: unknown;
    const handler = deadline({ ms: 1_000, clock })(
      (_, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            told = signal.reason;
          });
        }),
    );
    const failed = failureOf(handler);
    await clock.advance(999);
    expect(told).toBeUndefined();
    await clock.advance(1);
    expect(isBatonError(await failed, 'handler-timed-out')).toBe(true);
    expect(isBatonError(told, 'handler-timed-out')).toBe(true);
  });

  it('passes on what the handler comes to in time, thrown at once or later', async () => {
    const clock = createManualClock(0);
    const within = deadline({ ms: 1_000, clock });
    expect(await failureOf(within(async () => {}))).toBeUndefined();
    expect(await failureOf(within(failing))).toEqual(new RangeError('broken'));
    const atOnce = within(() => {
      throw new TypeError('no promise');
    });
    expect(await failureOf(atOnce)).toEqual(new TypeError('no promise'));
  });

  it('passes on that the member lost the partition', async () => {
    const lost = new AbortController();
    let aborted = false;
    const handler = deadline({ ms: 1_000, clock: createManualClock(0) })(async (_, { signal }) => {
      lost.abort();
      aborted = signal.aborted;
    });
    await handler(event, tryNumber(1, lost.signal));
    expect(aborted).toBe(true);
  });
});
