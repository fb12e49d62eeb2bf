import { z } from 'zod';
import { fileSetting } from './settings';

const expected = 'an address such as postgres://user@127.0.0.1:5432/lending';

/** Where a service keeps its outbox or inbox; neither by default. Spread them into the settings of a service. */
export const databaseSettings = {
  DATABASE_URL: z
    .string({ error: expected })
    .refine((text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol), {
      error: expected,
    })
    .optional()
    .describe('PostgreSQL server of the service, which all its instances share.'),
  DATABASE_FOLDER: fileSetting()
    .optional()
    .describe('Folder of an embedded database instead, for one instance alone; made if there is none.'),
} as const;
