import type { Database, Queryable, Session } from '@baton/postgres';
import type { Points } from './points';

/** Lets a relay be killed around what it does with its ranges and rows. */
export const watchRelayDatabase = (database: Database, points: Points): Database => ({
  ...database,
  session: async () => watchedSession(await database.session(), points),
});

const watchedSession = (session: Session, points: Points): Session => ({
  ...session,
  query: async (sql, values) => {
    const step = relayStep(sql, values);
    if (step === 'stamp' || step === 'mark') points.reach(`before-${step}`);
    const result = await session.query(sql, values);
    if (step === 'stamp' || step === 'mark') points.reach(`after-${step}`);
    if (step === 'take' && result.rows[0]?.taken === true) points.reach('after-range-taken');
    return result;
  },
});

/** What a statement of the relay is for; the read that comes first marks nothing. */
const relayStep = (sql: string, values: readonly unknown[] = []): 'take' | 'stamp' | 'mark' | undefined => {
  if (sql.includes('pg_try_advisory_lock')) return 'take';
  if (sql.includes('newest_stamp = greatest')) return 'stamp';
  const [, , , sent] = values;
  return sql.includes('marked AS') && Array.isArray(sent) && sent.length > 0 ? 'mark' : undefined;
};

/** Lets a member be killed around the steps of its inbox. */
export const watchInboxDatabase = (database: Database, points: Points): Database => ({
  ...database,
  transaction: async (work) => {
    let tookEffect = false;
    const watched = (tx: Queryable): Queryable => ({
      query: async (sql, values) => {
        if (sql.includes('INTO baton.inbox_owner')) points.reach('before-inbox-claim');
        const result = await tx.query(sql, values);
        if (sql.includes('INTO baton.inbox (')) points.reach('after-inbox-mark');
        if (sql.includes('INTO effect')) {
          tookEffect = true;
          points.reach('after-effect');
        }
        return result;
      },
    });
    const result = await database.transaction((tx) => work(watched(tx)));
    if (tookEffect) points.reach('after-effect-commit');
    return result;
  },
});
