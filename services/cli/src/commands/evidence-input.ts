import { z } from 'zod';
import { splitList } from '../settings/files';
import type { OptionSpec } from './command';
import { millisInput } from './inputs';

/** What somebody says about evidence that Baton cannot see. */
export const evidenceFields = {
  withoutAuthorizer: z.boolean().default(false),
  withoutOutbox: z.boolean().default(false),
  withoutDeadLetters: z.boolean().default(false),
  keepsHandler: z.boolean().default(false),
  gone: z
    .string()
    .default('')
    .transform((text) => splitList(text)),
  observeMs: millisInput.default(2_000),
};
export type EvidenceInput = z.output<z.ZodObject<typeof evidenceFields>>;

/** The options by which it is said. */
export const evidenceFlags: readonly OptionSpec[] = [
  {
    flags: '--without-outbox',
    describes:
      'say that no publisher has an outbox; without it, and without OUTBOX_DATABASES, that is unknown',
  },
  {
    flags: '--without-dead-letters',
    describes: 'say that a group without a dead-letter topic parks nothing; otherwise it is unknown',
  },
  { flags: '--keeps-handler', describes: 'the group keeps a handler or upcast for its dead letters' },
  { flags: '--without-authorizer', describes: 'go on although the brokers cannot refuse writes' },
  {
    flags: '--gone <names>',
    describes: 'publishers and sources that are gone for good, separated by commas',
  },
  { flags: '--observe-ms <ms>', describes: 'how long to watch unregistered groups (default 2000)' },
];
