import type { EventCodec } from '@baton/contracts';
import {
  BatonError,
  dataSchemaOf,
  type EventType,
  type PublishedVersions,
  topicOf,
  type Version,
  versionsOf,
} from '@baton/core';

/** One twin, encoded; everything but what is stamped right before the first attempt. */
export interface EncodedTwin {
  readonly version: Version;
  readonly topic: string;
  readonly dataSchema: string;
  readonly value: Buffer;
}

/** Throws `missing-translation` unless every version to publish can be made from the newest one. */
export const assertDowncastsComplete = (eventType: EventType, published: PublishedVersions): void => {
  const declared = versionsOf(eventType);
  for (const version of published) {
    if (!declared.includes(version)) {
      throw new BatonError(
        'invalid-configuration',
        `${eventType.name} has the versions ${declared.join(', ')}; it cannot be published as v${version}.`,
      );
    }
  }
  const lowest = published[0];
  for (const version of declared) {
    if (lowest === undefined || version < lowest || version === eventType.newest) continue;
    if (eventType.downcasts[version] === undefined) {
      throw new BatonError(
        'missing-translation',
        `${eventType.name}: expected a downcast that makes v${version} from the version above it, got none. Add it beside the schema.`,
      );
    }
  }
};

/** A payload and the version whose shape it has. */
export interface VersionedPayload {
  readonly version: number;
  readonly data: unknown;
}

/** Encodes a payload in every version to publish, none of which may be above its own. Throws `invalid-data`. */
export const encodeTwins = (
  { codec, eventType }: { readonly codec: EventCodec; readonly eventType: EventType },
  published: PublishedVersions,
  payload: VersionedPayload,
): readonly EncodedTwin[] => {
  const twins: EncodedTwin[] = [];
  const descending = [...versionsOf(eventType)].reverse();
  let current = payload.data;
  for (const version of descending) {
    if (version > payload.version) continue;
    if (version < (published[0] ?? version)) break;
    const downcast = version === payload.version ? undefined : eventType.downcasts[version];
    if (downcast !== undefined) current = (downcast as (newer: unknown) => unknown)(current);
    if (!published.includes(version)) continue;
    const { topic, dataSchema } = namesOf(eventType, version, codec.revisionOf(eventType, version));
    twins.push({ version, topic, dataSchema, value: codec.encode(eventType, version, current) });
  }
  return twins.reverse();
};

interface Names {
  readonly revision: number;
  readonly topic: string;
  readonly dataSchema: string;
}

const namesBefore = new WeakMap<EventType, Map<Version, Names>>();

/** Made once for each version and revision, not for each event. */
const namesOf = (eventType: EventType, version: Version, revision: number): Names => {
  const names = namesBefore.get(eventType) ?? new Map<Version, Names>();
  const known = names.get(version);
  if (known?.revision === revision) return known;
  const { name } = eventType;
  const made = { revision, topic: topicOf(name, version), dataSchema: dataSchemaOf(name, version, revision) };
  namesBefore.set(eventType, names.set(version, made));
  return made;
};
