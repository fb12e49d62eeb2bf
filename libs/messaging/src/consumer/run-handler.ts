import { BatonError, type Envelope } from '@baton/core';
import type { FetchedRecord } from '../ports/records';
import type { Lane } from './lane';
import type { RunContext } from './run-context';

/** Decodes one record and gives it to its handler. Nothing starts unless `mayGoOn` still holds once it is decoded. */
export const runHandler = async (
  { codec, group }: RunContext,
  { lane, record, envelope }: { lane: Lane; record: FetchedRecord; envelope: Envelope },
  { mayGoOn, signal }: { mayGoOn: () => boolean; signal: AbortSignal },
): Promise<void> => {
  const { eventType, routes } = lane.subscription;
  const route = routes.get(lane.version);
  if (route === undefined) {
    throw new BatonError('missing-handler', `${lane.topic}: expected a handler, got none.`);
  }
  const decoded = codec.decode(eventType, lane.version, record.value);
  const data = decoded instanceof Promise ? await decoded : decoded;
  if (!mayGoOn()) throw new Error('the lease ended while the schema was fetched');
  const key = record.key?.toString('utf8') ?? '';
  await route.handler(
    { ...envelope, version: route.version, key, data: route.convert(data) },
    {
      group,
      topic: lane.topic,
      partition: lane.partition,
      offset: record.offset,
      responsible: lane.version,
      attempt: lane.failures + 1,
      signal,
    },
  );
};
