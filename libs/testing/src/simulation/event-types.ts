import { defineEventType, type EventType } from '@baton/core';

interface V1 {
  readonly n: number;
  readonly changeInfo: string;
}

interface V2 {
  readonly n: number;
}

interface V3 {
  readonly n: number;
  readonly branch: string;
}

const record = (...fields: readonly (readonly [string, string])[]) => ({
  type: 'record',
  name: 'BooksBorrowed',
  fields: fields.map(([name, type]) => ({ name, type })),
});

const v1 = { schema: record(['n', 'int'], ['changeInfo', 'string']) };
const v2 = { schema: record(['n', 'int']) };
const v3 = { schema: record(['n', 'int'], ['branch', 'string']) };

const downTo1 = ({ n }: V2): V1 => ({ n, changeInfo: 'none' });
const downTo2 = ({ n }: V3): V2 => ({ n });

/** The event type of a run: two versions, or three. Its data say nothing but the number of the publish call. */
export const eventTypeOf = (name: string, newest: number): EventType =>
  newest === 2
    ? defineEventType<{ 1: V1; 2: V2 }, 2>({
        name,
        kind: 'event',
        newest: 2,
        versions: { 1: v1, 2: v2 },
        downcasts: { 1: downTo1 },
        upcasts: {},
      })
    : defineEventType<{ 1: V1; 2: V2; 3: V3 }, 3>({
        name,
        kind: 'event',
        newest: 3,
        versions: { 1: v1, 2: v2, 3: v3 },
        downcasts: { 1: downTo1, 2: downTo2 },
        upcasts: {},
      });

/** The newest data of a publish call. */
export const dataOf = (n: number): { readonly n: number; readonly branch: string } => ({ n, branch: 'main' });

/** The same as a document that fits the schema of the newest version. */
export const newestDataOf = ({ newest }: EventType, n: number): V2 | V3 =>
  newest === 2 ? { n } : { n, branch: 'main' };
