import { BatonError } from '@baton/core';
import type { InboxTransaction } from '@baton/postgres';
import type { Network, Operation } from '../broker/network';
import type { SimulatedProcess } from '../broker/process';
import { type ServerSession, StateError } from './inbox-server';

export interface InboxConnectionDeps {
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly toss: () => boolean;
}

/** How long a client waits for an answer before it takes the connection for lost. */
const patienceMs = 10_000;

/** A client's end of a connection: it sends a statement once the one before is answered, and reports as the driver does. */
export class InboxConnection {
  private state: 'usable' | 'broken' = 'usable';
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly session: ServerSession,
    private readonly deps: InboxConnectionDeps,
  ) {}

  async begin(): Promise<void> {
    await this.ask('statement', () => {});
  }

  readonly transaction: InboxTransaction = {
    effects: {
      query: async (sql, values = []) => {
        await this.ask('statement', () => this.session.run((one) => one.effect(sql, values)));
        return { rows: [] };
      },
    },
    now: (idleMs) => this.ask('statement', () => this.session.run((one) => one.now(idleMs))),
    stay: (idleMs) => this.ask('statement', () => this.session.run((one) => one.stay(idleMs))),
    claim: (at, lease) => this.ask('statement', () => this.session.run((one) => one.claim(at, lease))),
    mark: (marking) => this.ask('statement', () => this.session.run((one) => one.mark(marking))),
    extend: (event, lease) =>
      this.ask('statement', () => this.session.run((one) => one.extend(event, lease))),
  };

  /** Rejects with `outcome-unknown` unless the server says what became of it. */
  async commit(): Promise<void> {
    const outcome = await this.ask('commit', () => this.session.commit()).catch((error: unknown) => {
      throw error instanceof StateError ? error : unknownCommit(error);
    });
    if (outcome === 'committed') return;
    throw new BatonError(
      'transaction-rolled-back',
      'Expected the transaction to commit, but one of its statements had failed. Let its error through.',
    );
  }

  async rollBack(): Promise<void> {
    await this.ask('statement', () => this.session.end());
  }

  async clean(keepMs: number): Promise<number> {
    return this.ask('statement', () => this.session.clean(keepMs));
  }

  private ask<T>(operation: Operation, effect: () => T | Promise<T>): Promise<T> {
    const asked = this.last.then(() => this.send(operation, effect));
    this.last = asked.catch(() => {});
    return asked;
  }

  private async send<T>(operation: Operation, effect: () => T | Promise<T>): Promise<T> {
    if (this.state === 'broken') throw unavailable('the connection is broken');
    const { network, process, toss } = this.deps;
    try {
      return await inTime(process, network.call(process, operation, effect));
    } catch (error) {
      const isAnswer = error instanceof StateError;
      if (isAnswer && error.code !== idleTimeout) throw error;
      this.state = 'broken';
      // why the server hung up is read before the next statement leaves, or in its place
      throw isAnswer && toss() ? error : unavailable(messageOf(error));
    }
  }
}

const idleTimeout = '25P03';

const inTime = <T>(process: SimulatedProcess, answer: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error('no answer in time'));
    const cancel = process.clock.after(patienceMs, giveUp);
    answer.finally(cancel).then(resolve, reject);
  });

const unavailable = (because: string): BatonError =>
  new BatonError('database-unavailable', `Expected an answer of the database, got: ${because}.`);

const unknownCommit = (cause: unknown): BatonError =>
  new BatonError('outcome-unknown', 'The transaction was to commit, but the database did not confirm.', {
    details: { of: 'transaction' },
    cause,
  });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
