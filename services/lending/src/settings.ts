import {
  databaseSettings,
  failureSettings,
  fileSetting,
  instantSetting,
  nameSetting,
  serviceSettings,
  versionsSetting,
  wholeNumberSetting,
} from '@baton/service-kit';
import type { z } from 'zod';

/** The settings of the lending service, read from the environment. */
export const lendingSettings = serviceSettings.extend({
  LENDING_PUBLISHES: versionsSetting([1, 2]).describe(
    'Versions in which every `lending.BooksBorrowed` is published: `1`, `1,2` or `2`.',
  ),
  ...databaseSettings,
  LENDING_RECEIVES: versionsSetting([1, 2])
    .optional()
    .describe(
      'Versions of the command `lending.ExtendLoan` that are read and carried out: `1`, `1,2` or `2`; none if it is not set.',
    ),
  EXTENSIONS_FILE: fileSetting()
    .optional()
    .describe('SQLite file of this instance alone, in which extensions are kept; needed to receive.'),
  GROUP: nameSetting('lending').default('lending').describe('The consumer group that receives.'),
  BOUND_TO_V2_SINCE: instantSetting()
    .optional()
    .describe('`boundToV2Since` of the receiver as static configuration, instead of the control log.'),
  LEASE_MS: wholeNumberSetting('milliseconds', { min: 1_000, max: 300_000 })
    .default(10_000)
    .describe('How long the receiver goes on after its last confirmed heartbeat; also the session timeout.'),
  MARGIN_MS: wholeNumberSetting('milliseconds', { min: 100, max: 60_000 })
    .default(2_000)
    .describe('How far the clock of this service may run ahead; the topics must enforce no more.'),
  ...failureSettings,
});

export type LendingConfig = z.output<typeof lendingSettings>;
