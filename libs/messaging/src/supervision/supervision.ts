import type { Version } from '@baton/core';

/** What a supervisor is told of a failed event. */
export interface Failure {
  readonly eventType: string;
  readonly version: Version;
  readonly id: string | undefined;
  readonly key: string | undefined;
  /** Which try this was, from 1. */
  readonly attempt: number;
}

/**
 * What a supervisor does about a failed handler: `resume` parks the event and goes on, `restart` makes the handler anew
 * and tries again, `stop` handles nothing more of the event type, `escalate` leaves it to whoever is above.
 */
export type SupervisorDirective = 'resume' | 'restart' | 'stop' | 'escalate';

/**
 * How the handlers of an event type, or all event types of a consumer, are supervised. `oneForOne` restarts or stops
 * the one that failed, `allForOne` all of them: those that share what the failure has spoiled.
 */
export interface Supervision {
  readonly strategy: 'oneForOne' | 'allForOne';
  readonly decide: (error: unknown, failure: Failure) => SupervisorDirective;
  /** More restarts than this are a stop: within the time, or however long it takes, for one event. */
  readonly restarts?: { readonly most: number; readonly withinMs: number };
  /** Runs before handlers are made anew; what it throws is logged. */
  readonly beforeRestart?: (failure: Failure, error: unknown) => Promise<void> | void;
  /** Runs after handlers were stopped; what it throws is logged. */
  readonly afterStop?: (failure: Failure, error: unknown) => Promise<void> | void;
}

/** As many restarts as a passing trouble takes, and no endless loop. */
export const usualRestarts = { most: 10, withinMs: 60_000 } as const;
