import { subscriberSettings } from '@baton/service-kit';
import type { z } from 'zod';

/** The settings of the statistics service, read from the environment. */
export const statisticsSettings = subscriberSettings({ group: 'statistics', versions: [1, 2] });

export type StatisticsConfig = z.output<typeof statisticsSettings>;
