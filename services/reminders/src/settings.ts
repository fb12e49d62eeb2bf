import { databaseSettings, fileSetting, subscriberSettings, versionsSetting } from '@baton/service-kit';
import type { z } from 'zod';

/** The settings of the reminders service, read from the environment. */
export const remindersSettings = subscriberSettings({ group: 'reminders', versions: [1, 2] }).extend({
  ...databaseSettings,
  EFFECTS_FILE: fileSetting()
    .optional()
    .describe('SQLite file of this instance alone, in which effects are kept where there is no database.'),
  EXTEND_LOAN_VERSION: versionsSetting([1, 2])
    .optional()
    .describe(
      'Version in which the command `lending.ExtendLoan` is sent: `1` or `2`, or `1,2` for both; none if it is not set.',
    ),
});

export type RemindersConfig = z.output<typeof remindersSettings>;
