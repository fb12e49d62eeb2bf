import { BatonError } from '@baton/core';
import type { Generation, GroupListener, GroupMember } from '../ports/group-member';
import type { FetchedBatch } from '../ports/records';
import { settleWithin } from '../ports/runtime';
import { createRunContext } from './create-context';
import { GenerationRun } from './generation-run';
import type { RunContext } from './run-context';
import { withMiddleware } from './subscription';
import { Tally } from './tally';
import type { ConsumerDeps, ConsumerHealth, ConsumerStats, EventConsumer } from './types';

/**
 * Makes a consumer: it reads every version topic of its subscriptions as one group, decides each message by the
 * rule, and keeps order across a change of version.
 *
 * ```ts
 * const consumer = createConsumer({ group: 'reminders', instance: 'reminders-1',
 *   on: [handle(BooksBorrowed, { 1: remindFromV1, 2: remind })], …ports });
 * await consumer.start();
 * ```
 */
export const createConsumer = (deps: ConsumerDeps): EventConsumer => new VersionBoundConsumer(deps);

type State =
  | { readonly kind: 'new' | 'starting' | 'going' | 'stopping' | 'stopped' }
  | { readonly kind: 'failed'; readonly error: unknown };

class VersionBoundConsumer implements EventConsumer, GroupListener {
  readonly finished: Promise<void>;
  private readonly context: RunContext & { readonly member: GroupMember };
  private readonly member: GroupMember;
  private readonly tally = new Tally();
  private state: State = { kind: 'new' };
  private rebalance: 'none' | 'announced' = 'none';
  private run: GenerationRun | undefined;
  private settleFinished: { resolve: () => void; reject: (error: unknown) => void } = {
    resolve() {},
    reject() {},
  };
  private firstJoin: () => void = () => {};
  private unfollow: () => void = () => {};
  private stopping: Promise<void> | undefined;

  constructor(private readonly deps: ConsumerDeps) {
    const subscriptions = deps.on.map((subscription) => withMiddleware(subscription, deps.middleware ?? []));
    assertDistinct(subscriptions.map(({ eventType }) => eventType.name));
    const { tally } = this;
    this.context = createRunContext(deps, subscriptions, {
      tally,
      pace: () => (this.state.kind === 'going' && this.rebalance === 'none' ? 'going' : 'draining'),
      fail: (error) => this.fail(error),
    });
    this.member = this.context.member;
    this.finished = new Promise<void>((resolve, reject) => {
      this.settleFinished = { resolve, reject };
    });
    this.finished.catch(() => {});
  }

  async start(): Promise<void> {
    if (this.state.kind !== 'new') throw new BatonError('invalid-argument', 'A consumer starts only once.');
    this.state = { kind: 'starting' };
    const joined = new Promise<void>((resolve) => {
      this.firstJoin = resolve;
    });
    try {
      await this.deps.codec.prepare(this.context.subscriptions.map(({ eventType }) => eventType));
      await this.context.deadLetters?.open();
      if (this.stopping !== undefined) return await this.stopping;
      this.unfollow = this.deps.bindings.onChange(() => this.run?.bindingsChanged());
      this.state = { kind: 'going' };
      await this.member.start(this);
    } catch (error) {
      if (this.stopping === undefined) this.fail(error);
      throw error;
    }
    await Promise.race([joined.then(() => this.whenReady()), this.finished]);
  }

  /** A rebalance can end the first generation before it is ready; a failure ends all of them. */
  private async whenReady(): Promise<void> {
    while (this.state.kind === 'going' && this.run?.isReady() !== true) await this.run?.ready;
    if (this.state.kind === 'failed') await this.finished;
  }

  stop(): Promise<void> {
    this.stopping ??= this.leave();
    return this.stopping;
  }

  health(): ConsumerHealth {
    const { state, run } = this;
    switch (state.kind) {
      case 'new':
      case 'starting':
        return { kind: 'starting' };
      case 'going': {
        const on = [...(run?.blocked() ?? []), ...this.context.supervisor.stoppedAt()];
        if (run === undefined || !run.isReady()) return { kind: 'starting' };
        return on.length > 0 ? { kind: 'blocked', on } : { kind: 'ready' };
      }
      case 'stopping':
      case 'stopped':
        return { kind: 'stopped' };
      case 'failed':
        return { kind: 'failed', because: messageOf(state.error) };
    }
  }

  stats(): ConsumerStats {
    return this.tally.snapshot(this.run?.standing() ?? { heldNow: 0, openLetters: new Map(), progress: [] });
  }

  joined(generation: Generation): void {
    this.run?.end();
    this.rebalance = 'none';
    this.tally.rebalances += 1;
    this.context.lease.begin(generation);
    this.run = new GenerationRun(this.context, generation);
    this.firstJoin();
  }

  batch(batch: FetchedBatch): Promise<{ readonly nextOffset: number }> {
    return this.run?.handleBatch(batch) ?? Promise.resolve({ nextOffset: batch.fetchedOffset });
  }

  heartbeat(sentAt: number): void {
    this.context.lease.renew(sentAt);
  }

  async rebalancing(): Promise<void> {
    this.rebalance = 'announced';
    await this.run?.drain();
  }

  crashed(error: unknown): void {
    this.fail(error);
  }

  private async leave(): Promise<void> {
    if (this.state.kind === 'going') this.state = { kind: 'stopping' };
    const { clock, settings } = this.context;
    await settleWithin(clock, settings.drainMs, async () => this.run?.drain());
    this.run?.end();
    this.unfollow();
    await this.member.stop();
    await this.context.deadLetters?.close();
    if (this.state.kind === 'failed') {
      this.settleFinished.reject(this.state.error);
    } else {
      this.state = { kind: 'stopped' };
      this.settleFinished.resolve();
    }
  }

  private fail(error: unknown): void {
    if (this.state.kind === 'failed' || this.state.kind === 'stopped') return;
    this.context.logger.error({ group: this.context.group, err: error }, 'consumer ends');
    this.state = { kind: 'failed', error };
    void this.stop();
  }
}

const assertDistinct = (names: readonly string[]): void => {
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined || names.length === 0) {
    throw new BatonError(
      'invalid-configuration',
      `Expected each event type once in \`on\`, got ${repeated === undefined ? 'none' : `${repeated} twice`}.`,
    );
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
