import type { Clock } from '@baton/messaging';
import type { RelayDatabase } from '@baton/postgres';
import { type Latency, Network, type OnHit, type Patience } from '../broker/network';
import type { SimulatedProcess } from '../broker/process';
import { type OutboxRow, OutboxTable, type RowToInsert } from './outbox-table';
import { createMemoryRelayDatabase } from './relay-connection';
import { Sessions } from './sessions';
import { RowLocks, ServerTransaction } from './transactions';

export interface MemoryDatabaseOptions {
  readonly clock: Clock;
  /** How long one way takes, in milliseconds. */
  readonly latencyMs?: Latency;
  readonly patience?: Patience;
  readonly onHit?: OnHit;
  /** Whether the server hears at once that a process was killed; it does if left out. */
  readonly hearsOfDeath?: () => boolean;
}

/** A transaction as a client has it. */
export interface ClientTransaction {
  /** Does something in it on the server, and answers what came of it. */
  run<T>(statement: (tx: ServerTransaction) => T | Promise<T>): Promise<T>;
  /** Puts an event into the outbox. */
  insert(row: RowToInsert): Promise<OutboxRow>;
}

/** The database as one process has it. */
export interface DatabaseClient {
  /**
   * Everything that `work` does is committed together, or not at all if it rejects. Rejects with `outcome-unknown` if
   * the commit is not confirmed.
   */
  transaction<T>(work: (tx: ClientTransaction) => Promise<T>): Promise<T>;
  readonly relays: RelayDatabase;
}

/** A database server in this process's memory: it locks, commits, forgets and ends connections as PostgreSQL does, in the time of its clock. */
export class MemoryDatabase {
  readonly network: Network;
  readonly outbox = new OutboxTable();
  private readonly sessions: Sessions;
  private readonly rows = new RowLocks();
  private readonly open = new Set<ServerTransaction>();
  private readonly clock: Clock;

  constructor({ clock, hearsOfDeath = () => true, ...options }: MemoryDatabaseOptions) {
    const { latencyMs = 1, patience = {}, onHit = () => {} } = options;
    this.clock = clock;
    this.network = new Network({ clock, latency: latencyMs, patience, onHit });
    this.sessions = new Sessions({ clock, hearsOfDeath });
  }

  /** Connects a process. */
  connect(process: SimulatedProcess): DatabaseClient {
    const { network, sessions, outbox: table, clock } = this;
    return {
      transaction: (work) => this.transact(process, work),
      relays: createMemoryRelayDatabase({ process, network, sessions, table, now: () => clock.now() }),
    };
  }

  /** Ends the connections of a process, or of all, and what is open in them. */
  endSessions(process?: string): void {
    const isOne = (one: { readonly process: SimulatedProcess }): boolean =>
      process === undefined || one.process.name === process;
    for (const session of this.sessions.all().filter(isOne)) this.sessions.end(session);
    for (const tx of [...this.open].filter(isOne)) tx.rollBack();
  }

  private async transact<T>(
    process: SimulatedProcess,
    work: (tx: ClientTransaction) => Promise<T>,
  ): Promise<T> {
    const { network, clock } = this;
    const tx = await network.call(process, 'statement', () => this.begin(process));
    const run: ClientTransaction['run'] = (statement) =>
      network.call(process, 'statement', () => statement(tx.use()));
    let result: T;
    try {
      result = await work({ run, insert: (row) => run(() => this.insert(tx, row, clock.now())) });
    } catch (error) {
      await network.call(process, 'statement', () => tx.rollBack()).catch(() => {});
      throw error;
    }
    await network.call(process, 'commit', () => tx.commit());
    return result;
  }

  private begin(process: SimulatedProcess): ServerTransaction {
    for (const tx of this.open) if (!tx.isOpen()) this.open.delete(tx);
    const tx = new ServerTransaction(process, this.clock, this.rows);
    this.open.add(tx);
    return tx;
  }

  private insert(tx: ServerTransaction, row: RowToInsert, at: number): OutboxRow {
    const inserted = this.outbox.insert(tx, row, at);
    tx.onCommit(() => {
      for (const { notified } of this.sessions.all()) notified(row.source, row.range);
    });
    return inserted;
  }
}
