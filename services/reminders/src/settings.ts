import { subscriberSettings } from '@baton/service-kit';
import type { z } from 'zod';

/** The settings of the reminders service, read from the environment. */
export const remindersSettings = subscriberSettings({ group: 'reminders', versions: [1, 2] });

export type RemindersConfig = z.output<typeof remindersSettings>;
