import type { VersionQuestion } from '@baton/control';
import { BatonError } from '@baton/core';
import type { Clock } from '@baton/messaging';
import { connectPostgres, outboxRemainder } from '@baton/postgres';

/** Where outboxes are looked at: addresses of databases, separated by commas. */
export const outboxVariable = 'OUTBOX_DATABASES';

/** What a person knows of outboxes: which databases have one, that there is none, or nothing. */
export const outboxSource = (
  env: Readonly<Record<string, string | undefined>>,
  { withoutOutbox, clock }: { readonly withoutOutbox: boolean; readonly clock: Clock },
): 'none-configured' | ((question: VersionQuestion) => Promise<number>) | undefined => {
  const urls = (env[outboxVariable] ?? '').split(',').filter((url) => url.trim() !== '');
  if (urls.length === 0) return withoutOutbox ? 'none-configured' : undefined;
  return async (question) => {
    const counts = await Promise.all(urls.map((url) => remainderIn(url.trim(), question, clock)));
    return counts.reduce((sum, count) => sum + count, 0);
  };
};

const remainderIn = async (url: string, question: VersionQuestion, clock: Clock): Promise<number> => {
  if (!URL.canParse(url)) {
    throw new BatonError(
      'invalid-configuration',
      `${outboxVariable}: expected addresses such as postgres://user@host/database, separated by commas.`,
    );
  }
  const database = await connectPostgres({ url, name: 'baton', maxConnections: 1 });
  try {
    return await outboxRemainder(database, { clock })(question);
  } finally {
    await database.close();
  }
};
