import { BatonError } from './errors';
import { type Version, version } from './version';

/** An event is a business fact with any number of subscribers; a command is a request to one receiver. */
export type EventKind = 'event' | 'command';

/** What the contract says about one version of an event type. `Data` is the shape of its payload. */
export interface VersionContract<Data = unknown> {
  /** The Avro schema, as JSON. */
  readonly schema: unknown;
  /** Carries the payload's type; holds no value. */
  readonly data?: Data;
}

/** The payload shapes of an event type, by version: `{ 1: BooksBorrowedV1; 2: BooksBorrowedV2 }`. */
export type DataByVersion = Record<number, unknown>;

/** Makes the payload of the version below (downcast) or above (upcast) from a payload. Must be pure. */
export type Translation<From = never, To = unknown> = (data: From) => To;

/**
 * An event type as code: its name, its versions and the translations between neighbouring versions.
 * `downcasts[1]` makes version 1 from the next version above it; `upcasts[2]` makes version 2 from the next below.
 */
export interface EventType<Versions extends DataByVersion = DataByVersion, Newest extends number = number> {
  readonly name: string;
  readonly kind: EventKind;
  readonly newest: Newest;
  /** The field of the payload that is the key, where the contract names one. */
  readonly keyField?: string;
  readonly versions: { readonly [V in keyof Versions]: VersionContract<Versions[V]> };
  readonly downcasts: { readonly [V in keyof Versions]?: Translation<never, Versions[V]> };
  readonly upcasts: { readonly [V in keyof Versions]?: Translation<never, Versions[V]> };
}

/** The payload of the newest version: what `publish` takes. */
export type NewestData<T> = T extends EventType<infer Versions, infer Newest> ? Versions[Newest] : never;

/** The payload of version `V`. */
export type DataOf<T, V extends number> =
  T extends EventType<infer Versions, number> ? (V extends keyof Versions ? Versions[V] : never) : never;

const namePattern = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*\.[A-Z][A-Za-z0-9]*$/;

/** Whether `name` has the form of an event type's name: `lending.BooksBorrowed`. */
export const isEventTypeName = (name: string): boolean => namePattern.test(name);

/** Reads a name such as `lending.BooksBorrowed`; throws `invalid-argument` otherwise. */
export const eventTypeName = (name: string): string => {
  if (!isEventTypeName(name)) {
    throw new BatonError(
      'invalid-argument',
      `Expected an event type such as lending.BooksBorrowed (area in lower case, dot, name in capitals), got "${name}".`,
    );
  }
  return name;
};

/** Declares an event type; generated code calls it. Throws `invalid-argument` if name or versions are malformed. */
export const defineEventType = <Versions extends DataByVersion, Newest extends number & keyof Versions>(
  definition: EventType<Versions, Newest>,
): EventType<Versions, Newest> => {
  eventTypeName(definition.name);
  const versions = versionsOf(definition);
  if (!versions.includes(version(definition.newest)) || versions.some((v) => v > definition.newest)) {
    throw new BatonError(
      'invalid-argument',
      `${definition.name}: expected the newest version among ${versions.join(', ')}, got ${definition.newest}.`,
    );
  }
  return definition;
};

const versionsBefore = new WeakMap<object, readonly Version[]>();

/** The declared versions of an event type, ascending. */
export const versionsOf = ({ versions }: Pick<EventType, 'versions'>): readonly Version[] => {
  const known = versionsBefore.get(versions);
  if (known !== undefined) return known;
  const found = Object.keys(versions)
    .map((key) => version(Number(key)))
    .sort((a, b) => a - b);
  versionsBefore.set(versions, Object.freeze(found));
  return found;
};

/** The topic of one version: `lending.BooksBorrowed.v2`. */
export const topicOf = (eventType: string, v: Version): string => `${eventType}.v${v}`;

/** The registry subject of one version: `lending.BooksBorrowed.v2-value`. */
export const subjectOf = (eventType: string, v: Version): string => `${topicOf(eventType, v)}-value`;

/** Splits `lending.BooksBorrowed.v2` into event type and version; `undefined` if it is not such a topic. */
export const parseTopic = (topic: string): { eventType: string; version: Version } | undefined => {
  const match = /^(.+)\.v([1-9]\d*)$/.exec(topic);
  if (match?.[1] === undefined || !isEventTypeName(match[1])) return undefined;
  return { eventType: match[1], version: version(Number(match[2])) };
};
