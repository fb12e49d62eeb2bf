import type { Problem, Stamp, StoredEvent } from '@baton/postgres';
import type { ServerTransaction } from './transactions';

/** An event as a caller inserts it. */
export interface RowToInsert extends Omit<StoredEvent, 'seq' | 'stamp' | 'traceparent'> {
  readonly source: string;
  readonly range: number;
  readonly bytes: number;
}

/** A row of the outbox. */
export interface OutboxRow extends RowToInsert {
  readonly seq: number;
  readonly insertedAt: number;
  /** What is not committed nobody sees. */
  shown: 'yes' | 'no';
  stamp: Stamp | undefined;
  state: 'open' | 'sent' | 'parked';
  settledAt: number;
  problem: Problem | undefined;
}

/** What is known of one range of keys. */
export interface RangeRow {
  newestStamp: number;
  retired: readonly string[];
  retirements: number;
}

/** The tables of the outbox; every change of them is whole, and seen by everybody at once. */
export class OutboxTable {
  readonly ranges = new Map<string, RangeRow[]>();
  private unsent: OutboxRow[] = [];
  private sent: OutboxRow[] = [];
  private drawn = 0;

  /** Its number is drawn now, whenever it is shown. */
  insert(tx: ServerTransaction, row: RowToInsert, at: number): OutboxRow {
    this.drawn += 1;
    const inserted: OutboxRow = {
      ...row,
      seq: this.drawn,
      insertedAt: at,
      shown: 'no',
      stamp: undefined,
      state: 'open',
      settledAt: 0,
      problem: undefined,
    };
    this.unsent.push(inserted);
    tx.onCommit(() => {
      inserted.shown = 'yes';
    });
    tx.onRollback(() => {
      this.unsent = this.unsent.filter((other) => other !== inserted);
    });
    return inserted;
  }

  /** What is open or parked, in the order of the inserts. */
  unsentOf(source: string): readonly OutboxRow[] {
    return this.unsent.filter((row) => row.shown === 'yes' && row.source === source);
  }

  markSent(seqs: ReadonlySet<string>, at: number): void {
    if (seqs.size === 0) return;
    const marked = this.unsent.filter(({ state, seq }) => state === 'open' && seqs.has(String(seq)));
    for (const row of marked) {
      row.state = 'sent';
      row.settledAt = at;
    }
    this.unsent = this.unsent.filter(({ state }) => state !== 'sent');
    this.sent.push(...marked);
  }

  park(seq: string, problem: Problem, at: number): void {
    const row = this.unsent.find((one) => String(one.seq) === seq && one.state === 'open');
    if (row === undefined) return;
    row.state = 'parked';
    row.problem = problem;
    row.settledAt = at;
  }

  /** Deletes what was sent before `before`, at most `limit`; answers how many. */
  deleteSent(source: string, before: number, limit: number): number {
    const old = new Set(
      this.sent.filter((row) => row.source === source && row.settledAt < before).slice(0, limit),
    );
    this.sent = this.sent.filter((row) => !old.has(row));
    return old.size;
  }
}
