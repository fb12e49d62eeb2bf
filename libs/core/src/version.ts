import { BatonError } from './errors';

declare const versionBrand: unique symbol;
declare const publishedBrand: unique symbol;

/** The major, incompatible contract version of an event type: 1, 2, 3 … */
export type Version = number & { readonly [versionBrand]: 'Version' };

/** The versions in which one very event was published: not empty, ascending, without repeats. */
export type PublishedVersions = readonly Version[] & { readonly [publishedBrand]: 'PublishedVersions' };

/** Reads a number as a version; throws `invalid-argument` unless it is a whole number from 1. */
export const version = (value: number): Version => {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new BatonError('invalid-argument', `Expected a version from 1 on, got ${value}.`);
  }
  return value as Version;
};

/** Makes the set of published versions from any order; throws `invalid-argument` if it is empty. */
export const publishedVersions = (values: Iterable<number>): PublishedVersions => {
  const versions = [...new Set([...values].map(version))].sort((a, b) => a - b);
  if (versions.length === 0) {
    throw new BatonError('invalid-argument', 'Expected at least one published version, got none.');
  }
  return versions as readonly Version[] as PublishedVersions;
};

const versionList = /^[1-9]\d*(,[1-9]\d*)*$/;

/** A platform writes few sets in many events, so each text is read once; others' texts must not fill the memory. */
const readBefore = new Map<string, PublishedVersions>();
const mostKept = 100;

/** Reads the header form `1,2`; throws `malformed-headers` otherwise. */
export const parsePublishedVersions = (text: string): PublishedVersions => {
  const known = readBefore.get(text);
  if (known !== undefined) return known;
  if (!versionList.test(text)) {
    throw new BatonError('malformed-headers', `Expected published versions such as "1,2", got "${text}".`);
  }
  const read = Object.freeze(publishedVersions(text.split(',').map(Number)));
  if (readBefore.size < mostKept) readBefore.set(text, read);
  return read;
};

/** Writes the header form `1,2`. */
export const formatPublishedVersions = (versions: PublishedVersions): string => versions.join(',');
