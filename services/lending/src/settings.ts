import { serviceSettings, versionsSetting, wholeNumberSetting } from '@baton/service-kit';
import type { z } from 'zod';

/** The settings of the lending service, read from the environment. */
export const lendingSettings = serviceSettings.extend({
  LENDING_PUBLISHES: versionsSetting([1, 2]).describe(
    'Versions in which every `lending.BooksBorrowed` is published: `1`, `1,2` or `2`.',
  ),
  MARGIN_MS: wholeNumberSetting('milliseconds', { min: 100, max: 60_000 })
    .default(2_000)
    .describe('How far the clock of this service may run ahead; the topics must enforce no more.'),
});

export type LendingConfig = z.output<typeof lendingSettings>;
