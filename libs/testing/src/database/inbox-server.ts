import type { Clock } from '@baton/messaging';
import type { InboxTransaction, Lease, Marking } from '@baton/postgres';
import { RowLocks } from './transactions';

/** What the server reports of a statement or a commit, with its state as PostgreSQL names it. */
export class StateError extends Error {
  constructor(
    readonly code: '25P02' | '25P03' | '42601' | 'BT001',
    message: string,
  ) {
    super(message);
  }
}

interface Owner {
  readonly generation: number;
  readonly leaseUntil: number;
}

interface Mark {
  readonly handledAt: number;
  readonly leaseUntil: number;
}

export interface InboxServerOptions extends Pick<Clock, 'now' | 'after'> {
  /** Told of every row of an effect in the moment of its commit. */
  readonly onEffect: (row: string) => void;
}

/** The one statement that an effect can be. */
export const insertEffect = 'INSERT INTO effect VALUES ($1)';

/** The server of a database with inboxes and effects: it locks, waits, commits and rolls back as PostgreSQL does. */
export class InboxServer {
  readonly locks = new RowLocks();
  readonly owners = new Map<string, Owner>();
  readonly marks = new Map<string, Mark>();
  readonly effects: string[] = [];
  private readonly open = new Set<ServerSession>();

  constructor(private readonly options: InboxServerOptions) {}

  now(): number {
    return this.options.now();
  }

  after(ms: number, callback: () => void): () => void {
    return this.options.after(ms, callback);
  }

  /** A connection for one transaction. */
  connect(group: string): ServerSession {
    const session = new ServerSession(this, group, () => this.open.delete(session));
    this.open.add(session);
    return session;
  }

  /** Every connection ends, as in a restart; what is committed stays. */
  restart(): void {
    for (const session of [...this.open]) session.end();
  }

  /** Deletes marks of a group that are older. */
  clean(group: string, keepMs: number): number {
    const before = this.now() - keepMs;
    const old = [...this.marks].filter(
      ([row, { handledAt }]) => row.startsWith(rowOf('mark', group, '')) && handledAt < before,
    );
    for (const [row] of old) this.marks.delete(row);
    return old.length;
  }

  /** Makes what a transaction wrote visible to all, at once. */
  apply({ owners, marks, effects }: Writes): void {
    for (const [row, owner] of owners) this.owners.set(row, owner);
    for (const [row, mark] of marks) this.marks.set(row, mark);
    for (const row of effects) {
      this.effects.push(row);
      this.options.onEffect(row);
    }
  }
}

/** What a transaction has written and nobody else sees. */
interface Writes {
  readonly owners: Map<string, Owner>;
  readonly marks: Map<string, Mark>;
  readonly effects: string[];
}

const rowOf = (...parts: readonly (string | number)[]): string => parts.join('\u0000');

/** One connection to the server, with one transaction on it. */
export class ServerSession {
  private state: 'open' | 'failed' | 'ended' = 'open';
  private because = new Error('the connection to the server is gone');
  private readonly held = new Map<string, () => void>();
  private readonly writes: Writes = { owners: new Map(), marks: new Map(), effects: [] };
  private idleMs: number | undefined;
  private running = 0;
  private cancelIdle = (): void => {};

  constructor(
    private readonly server: InboxServer,
    private readonly group: string,
    private readonly onEnd: () => void,
  ) {}

  get ended(): boolean {
    return this.state === 'ended';
  }

  /** Runs one statement; the first one that fails leaves a transaction that fails at everything. */
  async run<T>(statement: (statements: Statements) => T | Promise<T>): Promise<T> {
    if (this.state === 'ended') throw this.because;
    if (this.state === 'failed')
      throw new StateError('25P02', 'the transaction is aborted: an earlier statement failed');
    this.running += 1;
    this.cancelIdle();
    try {
      return await statement(this.statements);
    } catch (error) {
      if (!this.ended) this.state = 'failed';
      throw error;
    } finally {
      this.running -= 1;
      this.waitForMore();
    }
  }

  clean(keepMs: number): number {
    const deleted = this.server.clean(this.group, keepMs);
    this.end();
    return deleted;
  }

  /** Answers how it ended: a transaction with a failed statement is rolled back instead. */
  commit(): 'committed' | 'rolled-back' {
    if (this.state === 'ended') throw this.because;
    const failed = this.state === 'failed';
    const late = [...this.writes.marks.values()].some(({ leaseUntil }) => leaseUntil < this.server.now());
    if (!failed && !late) this.server.apply(this.writes);
    this.end();
    if (late && !failed) throw new StateError('BT001', 'the lease ended before the commit');
    return failed ? 'rolled-back' : 'committed';
  }

  /** Rolls back what is not committed, and gives back what it holds. Safe to call twice. */
  end(because = this.because): void {
    if (this.state === 'ended') return;
    this.because = because;
    this.state = 'ended';
    this.cancelIdle();
    for (const release of this.held.values()) release();
    this.onEnd();
  }

  private readonly statements: Statements = {
    now: (idleMs) => {
      this.idleMs = Math.ceil(idleMs);
      return String(this.server.now());
    },
    stay: (idleMs) => {
      this.idleMs = Math.ceil(idleMs);
    },
    claim: async ({ topic, partition, generation }, lease) => {
      const row = rowOf('owner', this.group, topic, partition);
      await this.hold(row);
      const { server } = this;
      const known = this.writes.owners.get(row) ?? server.owners.get(row);
      if (known !== undefined && known.generation > generation && known.leaseUntil >= server.now())
        return 'owned-by-later';
      this.writes.owners.set(row, { generation, leaseUntil: endOf(lease) });
      return 'owned';
    },
    mark: async ({ event: { source, id }, lease }) => {
      const row = rowOf('mark', this.group, source, id);
      const isMarked = (): boolean => this.writes.marks.has(row) || this.server.marks.has(row);
      if (isMarked()) return 'marked-before';
      await this.hold(row);
      if (isMarked()) {
        // nothing was inserted, so nothing is locked
        this.release(row);
        return 'marked-before';
      }
      this.writes.marks.set(row, { handledAt: this.server.now(), leaseUntil: endOf(lease) });
      return 'new';
    },
    extend: async ({ source, id }, lease) => {
      const row = rowOf('mark', this.group, source, id);
      await this.hold(row);
      const mark = this.writes.marks.get(row) ?? this.server.marks.get(row);
      if (mark !== undefined) this.writes.marks.set(row, { ...mark, leaseUntil: endOf(lease) });
    },
    effect: (sql, [row]) => {
      if (sql !== insertEffect) throw new StateError('42601', `no such statement here: ${sql}`);
      this.writes.effects.push(String(row));
    },
  };

  /** Waits until nobody else holds the row, and holds it to the end. */
  private async hold(row: string): Promise<void> {
    if (this.held.has(row)) return;
    const release = await this.server.locks.take(row);
    if (this.ended) {
      release();
      throw this.because;
    }
    this.held.set(row, release);
  }

  private release(row: string): void {
    this.held.get(row)?.();
    this.held.delete(row);
  }

  /** Whoever says nothing for too long in the middle of a transaction loses it. */
  private waitForMore(): void {
    if (this.ended || this.running > 0 || this.idleMs === undefined) return;
    const idle = new StateError('25P03', 'terminating connection due to idle-in-transaction timeout');
    this.cancelIdle();
    this.cancelIdle = this.server.after(this.idleMs, () => this.end(idle));
  }
}

type Answers<T> = T | Promise<T>;

/** What can be asked in a transaction. */
export interface Statements {
  now(idleMs: number): string;
  stay(idleMs: number): void;
  claim(...args: Parameters<InboxTransaction['claim']>): Answers<'owned' | 'owned-by-later'>;
  mark(marking: Marking): Answers<'new' | 'marked-before'>;
  extend(...args: Parameters<InboxTransaction['extend']>): Answers<void>;
  effect(sql: string, values: readonly unknown[]): void;
}

const endOf = ({ from, lengthMs }: Lease): number => Number(from) + Math.floor(lengthMs);
