import { type Instant, isBatonError, parseInstant, type Version, version } from '@baton/core';
import { z } from 'zod';

const parsed = <T>(expected: string, read: (text: string) => T | undefined) =>
  z.string({ error: expected }).transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });

const wholeNumber = (text: string): number | undefined => {
  const value = Number(text);
  return /^\d{1,15}$/.test(text) ? value : undefined;
};

/** A whole number between `min` and `max`, as text. */
export const wholeNumberSetting = (unit: string, { min, max }: { min: number; max: number }) =>
  parsed(`${unit}, a whole number from ${min} to ${max}`, (text) => {
    const value = wholeNumber(text);
    return value !== undefined && value >= min && value <= max ? value : undefined;
  });

/** Addresses `host:port`, separated by commas. */
export const addressesSetting = () =>
  parsed('addresses such as 127.0.0.1:9092, separated by commas', (text): readonly string[] | undefined => {
    const addresses = text.split(',').map((address) => address.trim());
    return addresses.every(isAddress) ? addresses : undefined;
  });

const isAddress = (address: string): boolean => {
  const port = /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(address)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
};

/** A host name or an IP address. */
export const hostSetting = () =>
  parsed('a host name or an IP address, such as 127.0.0.1', (text) =>
    /^[A-Za-z0-9._:-]{1,253}$/.test(text) ? text : undefined,
  );

/** A web address of a service. */
export const urlSetting = () =>
  parsed('a web address such as http://127.0.0.1:8080/apis/ccompat/v7', (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return url !== undefined && /^https?:$/.test(url.protocol) ? text.replace(/\/+$/, '') : undefined;
  });

/** A name that is safe in topic names, client ids and metrics. */
export const nameSetting = (example: string) =>
  parsed(`a name such as ${example} (letters, digits, dot, dash, underscore; at most 100)`, (text) =>
    /^[A-Za-z0-9._-]{1,100}$/.test(text) ? text : undefined,
  );

/** Some of the versions that the program knows, such as `1,2`. */
export const versionsSetting = (known: readonly number[]) =>
  parsed(
    `versions out of ${known.join(', ')}, separated by commas`,
    (text): readonly Version[] | undefined => {
      const parts = text.split(',').map((part) => wholeNumber(part.trim()));
      const chosen = parts.filter((part): part is number => part !== undefined && known.includes(part));
      if (chosen.length !== parts.length || new Set(chosen).size !== chosen.length) return undefined;
      return chosen.sort((a, b) => a - b).map(version);
    },
  );

/** One version. */
export const versionSetting = () =>
  parsed('a version such as 2', (text): Version | undefined => {
    const value = wholeNumber(text);
    return value !== undefined && value >= 1 ? version(value) : undefined;
  });

/** An instant with a time zone. */
export const instantSetting = () =>
  parsed('an instant with a time zone, such as 2026-12-01T00:00:00Z', (text): Instant | undefined => {
    try {
      return parseInstant(text);
    } catch (error) {
      if (isBatonError(error, 'invalid-argument')) return undefined;
      throw error;
    }
  });

/** Yes or no. */
export const flagSetting = () =>
  parsed('true or false', (text): boolean | undefined => {
    if (text === 'true') return true;
    return text === 'false' ? false : undefined;
  });

/** A path of a file. */
export const fileSetting = () =>
  parsed('the path of a file', (text) => (text.includes('\0') ? undefined : text));
