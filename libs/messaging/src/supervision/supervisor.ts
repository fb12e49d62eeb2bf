import { BatonError } from '@baton/core';
import type { Delivery } from '../consumer/delivery';
import { describeFailure, messageOf } from '../consumer/failure';
import { retryPauseMs } from '../consumer/retry-pause';
import type { BlockedPartition, ConsumerSettings, Subscription } from '../consumer/types';
import type { Clock, Logger, Random } from '../ports/runtime';
import { directiveOf, type LaterEvents, ownError } from './directive';
import { RestartBudget } from './restart-budget';
import { type Failure, type Supervision, type SupervisorDirective, usualRestarts } from './supervision';

/** What is done about a failed event. */
export type Decision =
  | { readonly kind: 'retry'; readonly afterMs: number }
  | { readonly kind: 'park'; readonly laterEvents?: LaterEvents }
  | { readonly kind: 'stopped' };

interface SupervisorDeps {
  readonly group: string;
  readonly subscriptions: readonly Subscription[];
  readonly supervision: Supervision | undefined;
  readonly settings: Pick<ConsumerSettings, 'retryMs' | 'attempts'>;
  readonly canPark: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** A handler was made anew. */
  readonly restarted: () => void;
  /** Ends the consumer for good. */
  readonly fail: (error: unknown) => void;
}

/** Who decides, and what its decisions concern. */
interface Level {
  readonly supervision: Supervision;
  readonly scope: string;
  /** The handlers that restart together. */
  readonly restarts: readonly (() => void)[];
  readonly stops: readonly Subscription[];
}

/**
 * Decides what becomes of events whose handlers fail: middleware first, then the supervision of the event type, then
 * that of the consumer; without any, an event is tried a number of times and parked.
 */
export class Supervisor {
  private readonly stopped = new Map<string, BlockedPartition>();
  private readonly budgets = new Map<string, RestartBudget>();

  constructor(private readonly deps: SupervisorDeps) {}

  isStopped({ subscription }: Delivery): boolean {
    return this.stopped.has(subscription.eventType.name);
  }

  /** Where event types were stopped, and why. */
  stoppedAt(): readonly BlockedPartition[] {
    return [...this.stopped.values()];
  }

  /** Never rejects: where supervision itself fails, the event is treated as without any. */
  async decide(delivery: Delivery, error: unknown): Promise<Decision> {
    try {
      return await this.ask(delivery, error);
    } catch (own) {
      this.deps.logger.error({ group: this.deps.group, err: own }, 'supervision failed to decide');
      return this.usual(delivery);
    }
  }

  private ask(delivery: Delivery, error: unknown): Decision | Promise<Decision> {
    const asked = directiveOf(error);
    const cause = ownError(error);
    switch (asked?.kind) {
      case 'retry':
        return asked;
      case 'resume':
        return this.park(delivery, asked.laterEvents);
      case 'restart':
      case 'stop':
      case 'escalate':
      case undefined:
        return this.supervise(delivery, cause, asked?.kind);
    }
  }

  private async supervise(
    delivery: Delivery,
    error: unknown,
    asked: SupervisorDirective | undefined,
  ): Promise<Decision> {
    const failure = failureOf(delivery);
    const levels = this.levelsOf(delivery);
    if (levels.length === 0 && asked === undefined) return this.usual(delivery);
    let directive: SupervisorDirective = asked ?? 'escalate';
    for (const [i, level] of levels.entries()) {
      if (i > 0 || asked === undefined) directive = level.supervision.decide(error, failure);
      if (directive !== 'escalate') return this.carryOut(directive, delivery, { level, failure, error });
    }
    return this.giveUp(delivery, error);
  }

  private async carryOut(
    directive: Exclude<SupervisorDirective, 'escalate'>,
    delivery: Delivery,
    { level, failure, error }: { level: Level; failure: Failure; error: unknown },
  ): Promise<Decision> {
    switch (directive) {
      case 'resume':
        return this.park(delivery, undefined);
      case 'restart':
        if (this.mayRestart(delivery, level)) return this.restart(delivery, { level, failure, error });
        return this.stop(delivery, { level, failure, error });
      case 'stop':
        return this.stop(delivery, { level, failure, error });
    }
  }

  /** The time alone would never end it for one event: the pauses between its tries outgrow it. */
  private mayRestart(delivery: Delivery, level: Level): boolean {
    delivery.restarts += 1;
    return this.budgetOf(level).spend() === 'left' && delivery.restarts <= limitOf(level).most;
  }

  private async restart(
    delivery: Delivery,
    { level, failure, error }: { level: Level; failure: Failure; error: unknown },
  ): Promise<Decision> {
    const { group, logger, restarted } = this.deps;
    const { eventType, version } = failure;
    logger.warn({ group, eventType, version, scope: level.scope, err: error }, 'handlers restart');
    await this.hook(() => level.supervision.beforeRestart?.(failure, error));
    for (const make of level.restarts) {
      make();
      restarted();
    }
    return this.retry(delivery);
  }

  private async stop(
    delivery: Delivery,
    { level, failure, error }: { level: Level; failure: Failure; error: unknown },
  ): Promise<Decision> {
    const { group, logger } = this.deps;
    const fresh = level.stops.filter(({ eventType }) => !this.stopped.has(eventType.name));
    const at = { ...placeOf(delivery), ...describeFailure(error), because: `stopped: ${messageOf(error)}` };
    for (const { eventType } of fresh) this.stopped.set(eventType.name, at);
    if (fresh.length > 0) {
      const eventTypes = fresh.map(({ eventType }) => eventType.name);
      logger.error({ group, eventTypes, scope: level.scope, err: error }, 'handlers stopped');
      await this.hook(() => level.supervision.afterStop?.(failure, error));
    }
    return { kind: 'stopped' };
  }

  /** Nobody is left to decide: the consumer ends, and with it the service. */
  private giveUp(delivery: Delivery, error: unknown): Decision {
    const { topic, partition, offset } = placeOf(delivery);
    this.deps.fail(
      new BatonError(
        'handler-failed',
        `Group "${this.deps.group}": the handler of the event at ${topic}/${partition}, offset ${offset}, failed, and its supervision escalates: ${messageOf(error)}`,
        { cause: error },
      ),
    );
    return { kind: 'stopped' };
  }

  private usual(delivery: Delivery): Decision {
    const { settings, canPark } = this.deps;
    return canPark && delivery.failures + 1 >= settings.attempts ? { kind: 'park' } : this.retry(delivery);
  }

  /** Where nothing can be parked, the event is tried again. */
  private park(delivery: Delivery, laterEvents: LaterEvents | undefined): Decision {
    if (!this.deps.canPark) return this.retry(delivery);
    return { kind: 'park', ...(laterEvents === undefined ? {} : { laterEvents }) };
  }

  private retry({ failures }: Delivery): Decision {
    const { settings, random } = this.deps;
    return { kind: 'retry', afterMs: retryPauseMs(failures + 1, { ...settings.retryMs, random }) };
  }

  /** The supervisions above a handler, the nearest first. */
  private levelsOf({ subscription, version }: Delivery): readonly Level[] {
    const { subscriptions, supervision: above } = this.deps;
    const { name } = subscription.eventType;
    const own = subscription.supervision;
    const levels: Level[] = [];
    if (own !== undefined) {
      const route = subscription.routes.get(version);
      const one = own.strategy === 'oneForOne' && route !== undefined;
      levels.push({
        supervision: own,
        scope: one ? `${name} v${route.version}` : name,
        restarts: one ? [route.restart] : restartsOf(subscription),
        stops: [subscription],
      });
    }
    if (above !== undefined) {
      const concerned = above.strategy === 'oneForOne' ? [subscription] : subscriptions;
      levels.push({
        supervision: above,
        scope: above.strategy === 'oneForOne' ? `consumer ${name}` : 'consumer',
        restarts: concerned.flatMap(restartsOf),
        stops: concerned,
      });
    }
    return levels;
  }

  private budgetOf(level: Level): RestartBudget {
    const { scope } = level;
    const known = this.budgets.get(scope);
    if (known !== undefined) return known;
    const made = new RestartBudget(this.deps.clock, limitOf(level));
    this.budgets.set(scope, made);
    return made;
  }

  private async hook(run: () => Promise<void> | void | undefined): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.deps.logger.error({ group: this.deps.group, err: error }, 'supervision hook failed');
    }
  }
}

const limitOf = ({ supervision }: Level): NonNullable<Supervision['restarts']> =>
  supervision.restarts ?? usualRestarts;

/** Several versions may lead to one handler, which restarts once. */
const restartsOf = ({ routes }: Subscription): readonly (() => void)[] => [
  ...new Set([...routes.values()].map(({ restart }) => restart)),
];

const failureOf = ({ subscription, version, envelope, key, failures }: Delivery): Failure => ({
  eventType: subscription.eventType.name,
  version,
  id: envelope?.id,
  key,
  attempt: failures + 1,
});

const placeOf = ({ track: { topic, partition }, record, failures }: Delivery) => ({
  topic,
  partition,
  offset: record.offset,
  attempts: failures + 1,
});
