import type { Clock } from '@baton/messaging';
import type { InboxStore, InboxTransaction } from '@baton/postgres';
import { type Latency, Network, type OnHit } from '../broker/network';
import type { SimulatedProcess } from '../broker/process';
import { InboxConnection } from './inbox-connection';
import { InboxServer } from './inbox-server';

export interface MemoryInboxOptions {
  readonly clock: Clock;
  /** How far the clock of the server is ahead of that one, in milliseconds. */
  readonly aheadMs?: number;
  readonly latencyMs?: Latency;
  /** Decides what can go either way, such as whether the server hears at once that a client is gone. */
  readonly toss?: () => boolean;
  readonly onHit?: OnHit;
  /** Told of every row of an effect in the moment of its commit. */
  readonly onEffect?: (row: string) => void;
}

/** How long the server keeps the connection of a client that is gone without a word. */
const keepAliveMs = 15_000;

/** A database server in memory with the inboxes of groups, and the way of processes to it. */
export class MemoryInboxDatabase {
  readonly network: Network;
  readonly server: InboxServer;
  private readonly clock: Clock;
  private readonly toss: () => boolean;

  constructor(options: MemoryInboxOptions) {
    const { clock, aheadMs = 0, latencyMs = 1, toss = () => true } = options;
    const { onHit = () => {}, onEffect = () => {} } = options;
    this.clock = clock;
    this.toss = toss;
    this.network = new Network({ clock, latency: latencyMs, onHit, reaches: () => true });
    this.server = new InboxServer({
      now: () => clock.now() + aheadMs,
      after: (ms, callback) => clock.after(ms, callback),
      onEffect,
    });
  }

  /** The server restarts: for a while nobody reaches it, and what was not committed is gone. */
  restart(forMs: number): void {
    this.network.goDown({ until: this.clock.now() + forMs });
    this.server.restart();
  }

  /** The inbox of a group as one process reaches it. */
  store(process: SimulatedProcess, group: string): InboxStore {
    return {
      open: async () => {
        const connection = this.connect(process, group);
        await connection.begin().finally(() => connection.session.end());
        return () => {};
      },
      transaction: (work) => this.run(process, this.connect(process, group), work),
      clean: (keepMs) => this.connect(process, group).clean(keepMs),
    };
  }

  private connect(process: SimulatedProcess, group: string): InboxConnection {
    const { network, server, toss } = this;
    return new InboxConnection(server.connect(group), { network, process, toss });
  }

  private async run<T>(
    process: SimulatedProcess,
    connection: InboxConnection,
    work: (tx: InboxTransaction) => Promise<T>,
  ): Promise<T> {
    const forget = process.onKill(() => this.hangUp(connection));
    try {
      await connection.begin();
      const result = await work(connection.transaction);
      await connection.commit();
      return result;
    } catch (error) {
      await connection.rollBack().catch(() => this.hangUp(connection));
      throw error;
    } finally {
      forget();
    }
  }

  /** The server hears at once that a client is gone, or when it next looks. */
  private hangUp({ session }: InboxConnection): void {
    if (this.toss()) session.end();
    else this.clock.after(keepAliveMs, () => session.end());
  }
}
