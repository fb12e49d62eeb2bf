import { BatonError, type EventType, publishedVersions } from '@baton/core';
import { checkTopics } from './check-topics';
import { assertDowncastsComplete, type EncodedTwin } from './encode-event';
import { type CheckedPublication, versionsToCheck } from './publications';
import type { EventToPublish, PublisherLimits, TwinPublisherDeps } from './types';

/** How much of a record, beside key, value and headers, counts against the size limit. */
const recordOverheadBytes = 500;

/** Checks everything that is published before the first event: downcasts, topics, schemas in the registry. */
export const checkPublications = async (
  { publishes, codec, topics, policy }: Pick<TwinPublisherDeps, 'publishes' | 'codec' | 'topics' | 'policy'>,
  { marginMs }: Pick<PublisherLimits, 'marginMs'>,
): Promise<readonly CheckedPublication[]> => {
  await policy?.catchUp();
  const checked: CheckedPublication[] = [];
  for (const { eventType, versions } of publishes) {
    const published = publishedVersions(versions);
    assertDowncastsComplete(eventType, published);
    const configured = versionsToCheck(eventType.name, published, policy);
    const { name } = eventType;
    const partitions = await checkTopics(topics, { eventType: name, versions: configured, marginMs });
    checked.push({ eventType, configured, partitions });
  }
  await codec.prepare(publishes.map(({ eventType }) => eventType));
  return checked;
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controlCharacters = /[\u0000-\u001f\u007f]/;

/** Throws `invalid-key` unless the key is readable text, and the one that the payload names. */
export const assertKey = (eventType: EventType, { key, data }: EventToPublish<unknown>): void => {
  const wellFormed =
    typeof key === 'string' && key !== '' && key.isWellFormed() && !controlCharacters.test(key);
  if (!wellFormed) {
    throw new BatonError(
      'invalid-key',
      `${eventType.name}: expected a key of readable text, got ${typeof key === 'string' ? JSON.stringify(key) : typeof key}.`,
    );
  }
  const { keyField } = eventType;
  const inData = keyField === undefined ? undefined : (data as Record<string, unknown> | null)?.[keyField];
  if (typeof inData === 'string' && inData !== key) {
    throw new BatonError(
      'invalid-key',
      `${eventType.name}: expected the key to be the payload's ${keyField}, "${inData}", got "${key}".`,
    );
  }
};

/** The bytes of all twins; throws `event-too-large` if one is larger than a message may be. */
export const assertSize = (
  eventType: EventType,
  key: string,
  twins: readonly EncodedTwin[],
  maxMessageBytes: number,
): number => {
  let total = 0;
  for (const { version, value } of twins) {
    const bytes = value.length + key.length * 3 + recordOverheadBytes;
    if (bytes > maxMessageBytes) {
      throw new BatonError(
        'event-too-large',
        `${eventType.name} v${version}: expected at most ${maxMessageBytes} bytes, got ${bytes}. Publish a reference to the large part instead.`,
      );
    }
    total += bytes;
  }
  return total;
};
