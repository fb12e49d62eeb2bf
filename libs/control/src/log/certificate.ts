import { createHash } from 'node:crypto';
import { z } from 'zod';
import { eventType, millis, name, text, versionNumber } from './entry-parts';

const evidence = z.object({
  fact: text,
  value: z.union([z.string(), z.number(), z.boolean()]),
  /** When it was read: broker time in milliseconds since 1970. */
  at: millis,
});

const about = z.object({
  question: z.enum(['stop', 'final', 'drop']),
  eventType,
  version: versionNumber,
  group: name.optional(),
});

/** A verdict as it is kept for ever: on what it rests, who asked, when, and a digest over all of that. */
export const certificateSchema = z.object({
  about,
  verdict: z.enum(['safe', 'not-yet', 'unknown']),
  evidence: z.array(evidence).readonly(),
  by: name,
  at: millis,
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});

export type Certificate = z.output<typeof certificateSchema>;
export type CertificateAbout = Certificate['about'];
/** One thing that was seen, and when. */
export type Evidence = Certificate['evidence'][number];

/** Completes a certificate with its digest. */
export const certify = (content: Omit<Certificate, 'digest'>): Certificate => ({
  ...content,
  digest: digestOf(content),
});

/** Whether a certificate says what it said when it was made. */
export const verifyCertificate = ({ digest, ...content }: Certificate): boolean =>
  digest === digestOf(content);

const digestOf = ({ about, verdict, evidence: all, by, at }: Omit<Certificate, 'digest'>): string =>
  fingerprintOf({ about, verdict, evidence: all, by, at });

/** SHA-256 over canonical JSON: the same for equal values, whatever the order of their keys. */
export const fingerprintOf = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');

const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`);
  return `{${fields.join(',')}}`;
};
