import { defineEventType } from '@baton/core';
import { BookEvent, type BookV1, type BookV2 } from '@baton/testing';
import { handle, withMiddleware } from './subscription';
import type { Event, Handler, HandlerContext } from './types';

const done: Handler = async () => {};
const event = (data: unknown): Event => ({ data }) as Event;
const context = {} as HandlerContext;

const Upcastable = defineEventType<{ 1: { a: number }; 2: { b: number }; 3: { c: number } }, 3>({
  name: 'lending.BooksReturned',
  kind: 'event',
  newest: 3,
  versions: { 1: { schema: {} }, 2: { schema: {} }, 3: { schema: {} } },
  downcasts: {},
  upcasts: { 2: ({ a }: { a: number }) => ({ b: a + 1 }), 3: ({ b }: { b: number }) => ({ c: b * 10 }) },
});

describe('handle', () => {
  it('reads every version that leads to a handler', () => {
    expect(handle(BookEvent, { 2: done }).reads).toEqual([2]);
    expect(handle(BookEvent, { 1: done }).reads).toEqual([1]);
    expect(handle(Upcastable, { 3: done }).reads).toEqual([1, 2, 3]);
  });

  it('takes older data up through every upcast on the way', () => {
    const subscription = handle(Upcastable, { 3: done });
    expect([...subscription.routes].map(([v, route]) => [v, route.version])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(subscription.routes.get(subscription.reads[0] as never)?.convert({ a: 1 })).toEqual({ c: 20 });
  });

  it('prefers a version`s own handler to an upcast', () => {
    const { routes } = handle(Upcastable, { 1: done, 3: done });
    expect([...routes.values()].map((route) => route.version)).toEqual([1, 3, 3]);
  });

  it('refuses a version to read without a way to a handler, and no handlers at all', () => {
    expect(() => handle(BookEvent, { 2: done }, { reads: [1, 2] })).toThrow(
      expect.objectContaining({ code: 'missing-handler' }),
    );
    expect(() => handle(BookEvent, {})).toThrow(expect.objectContaining({ code: 'missing-handler' }));
    expect(() => handle(BookEvent, { 1: done }, { reads: [] })).toThrow(
      expect.objectContaining({ code: 'missing-handler' }),
    );
  });

  it('does not compile a handler of the wrong version', () => {
    const forOne: Handler<BookV1> = async ({ data }) => void data.changeInfo;
    const forTwo: Handler<BookV2> = async ({ data }) => void data.n;
    handle(BookEvent, { 1: forOne, 2: forTwo });
    // @ts-expect-error a handler of v1 needs a field that v2 does not have
    handle(BookEvent, { 2: forOne });
    // @ts-expect-error there is no version 3
    expect(() => handle(BookEvent, { 3: forTwo })).toThrow();
  });
});

describe('withMiddleware', () => {
  it('puts the first named outermost', async () => {
    const order: string[] = [];
    const named =
      (name: string) =>
      (next: Handler): Handler =>
      async (e, c) => {
        order.push(name);
        await next(e, c);
      };
    const subscription = withMiddleware(
      handle(BookEvent, {
        2: async () => {
          order.push('handler');
        },
      }),
      [named('outer'), named('inner')],
    );
    await [...subscription.routes.values()][0]?.handler(event({ n: 1 }), context);
    expect(order).toEqual(['outer', 'inner', 'handler']);
  });
});
