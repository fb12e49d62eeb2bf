import type { Event, Handler, HandlerContext } from '@baton/messaging';
import type { BooksBorrowedV1, BooksBorrowedV2 } from '@baton/schemas';
import type { Database, EffectStore } from '@baton/service-kit';
import type { BranchCounts } from './branch-counts';

export interface StatisticsDeps {
  readonly database: Pick<Database, 'transaction'>;
  readonly counts: BranchCounts;
  readonly effects: EffectStore;
}

export interface StatisticsHandlers {
  readonly countFromV1: Handler<BooksBorrowedV1>;
  readonly count: Handler<BooksBorrowedV2>;
}

/** What the statistics team does with borrowed books: counts them, together with the effect or not at all. */
export const createStatistics = ({ database, counts, effects }: StatisticsDeps): StatisticsHandlers => {
  const handle = async (
    { id, key, data }: Event<BooksBorrowedV1 | BooksBorrowedV2>,
    { responsible }: HandlerContext,
  ): Promise<void> =>
    database.transaction(() => {
      counts.add(data.branch, data.books.length);
      effects.append({ id, key, version: responsible });
    });
  return { countFromV1: handle, count: handle };
};
