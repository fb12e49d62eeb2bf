import { randomUUID } from 'node:crypto';
import { avroContentType, dataSchemaOf, headerNames, version } from '@baton/core';
import avsc from 'avsc';
import { type Loan, loanSchemas, toV1 } from '../workload/loan';
import type { Place } from '../workload/place';
import type { EncodedBatch, TwinMessage } from '../workload/twin-sender';

const scratch = Buffer.allocUnsafe(65_536);

/** Avro in the wire format of the registry, the fastest way that avsc has: into a buffer that is used again, and one copy. */
export const wireEncoder = (schema: unknown, id: number): ((value: unknown) => Buffer) => {
  const type = avsc.Type.forSchema(schema as avsc.Schema);
  return (value) => {
    const end = type.encode(value, scratch, 5);
    scratch[0] = 0;
    scratch.writeUInt32BE(id, 1);
    return Buffer.from(scratch.subarray(0, end));
  };
};

/** Which headers code written by hand gives its messages. */
export type HandWrittenHeaders = 'as-baton' | 'none';

/** Makes both twins of each loan: the same bytes as Baton's, with or without the headers that its rule needs. */
export const twinEncoder = (
  { event, schemaIds }: Place,
  headers: HandWrittenHeaders,
): ((loans: readonly Loan[]) => EncodedBatch) => {
  const encode = [
    wireEncoder(loanSchemas[1], schemaIds[0]),
    wireEncoder(loanSchemas[2], schemaIds[1]),
  ] as const;
  const dataSchemas = [1, 2].map((v) => dataSchemaOf(event.name, version(v), 1));
  return (loans) => {
    const [v1, v2]: [TwinMessage[], TwinMessage[]] = [[], []];
    for (const loan of loans) {
      const now = new Date();
      const timestamp = String(now.getTime());
      const key = loan.loanId;
      const shared = headers === 'none' ? undefined : headersOf(event.name, now);
      const twin = (i: 0 | 1, data: unknown): TwinMessage => ({
        ...{ key, value: encode[i](data), timestamp },
        ...(shared && { headers: { ...shared, [headerNames.dataSchema]: dataSchemas[i] ?? '' } }),
      });
      v1.push(twin(0, toV1(loan)));
      v2.push(twin(1, loan));
    }
    return [v1, v2];
  };
};

/** What is equal on both twins. */
const headersOf = (type: string, now: Date): Record<string, string> => ({
  [headerNames.specVersion]: '1.0',
  [headerNames.id]: randomUUID(),
  [headerNames.source]: 'bench',
  [headerNames.type]: type,
  [headerNames.time]: now.toISOString(),
  [headerNames.publishedVersions]: '1,2',
  [headerNames.contentType]: avroContentType,
});
