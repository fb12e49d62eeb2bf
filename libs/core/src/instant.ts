import { BatonError } from './errors';

declare const instantBrand: unique symbol;

/** A moment in UTC, in whole milliseconds since 1970. */
export type Instant = number & { readonly [instantBrand]: 'Instant' };

/** The instant before every other: where each timeline begins. */
export const beginningOfTime = Number.NEGATIVE_INFINITY as Instant;

/** Reads milliseconds since 1970 as an instant; throws `invalid-argument` unless they are a whole, safe number. */
export const instantFromMillis = (millis: number): Instant => {
  if (!Number.isSafeInteger(millis)) {
    throw new BatonError(
      'invalid-argument',
      `Expected an instant in whole milliseconds since 1970, got ${millis}.`,
    );
  }
  return millis as Instant;
};

const isoInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Reads an RFC 3339 text with a zone, such as `2026-12-01T00:00:00Z`; throws `invalid-argument` otherwise. */
export const parseInstant = (text: string): Instant => {
  const millis = isoInstant.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(millis)) {
    throw new BatonError(
      'invalid-argument',
      `Expected an instant with a time zone, such as 2026-12-01T00:00:00Z, got "${text}".`,
    );
  }
  return millis as Instant;
};

/** Twins, and often many events, are stamped with one instant. */
let formatted = { instant: beginningOfTime, text: '-infinity' };

/** Writes an instant as RFC 3339 in UTC with milliseconds; the beginning of time is written `-infinity`. */
export const formatInstant = (instant: Instant): string => {
  if (instant === beginningOfTime) return '-infinity';
  if (instant !== formatted.instant) formatted = { instant, text: new Date(instant).toISOString() };
  return formatted.text;
};
