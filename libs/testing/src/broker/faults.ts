import type { ErrorCode } from '@baton/core';

/** The requests that can be made to fail. */
export type Operation =
  | 'connect'
  | 'begin'
  | 'send'
  | 'commit'
  | 'abort'
  | 'join'
  | 'leave'
  | 'heartbeat'
  | 'commit-offsets'
  | 'read-offsets'
  | 'append'
  | 'fetch'
  | 'follow'
  | 'read-groups'
  | 'guard'
  | 'statement';

/**
 * What becomes of a request. `lost-request` never has an effect; `lost-response` has it, and the client cannot know;
 * `late-request` has it after the client gave up; `late-response` keeps the client waiting; `twice` has it again,
 * because the client asks again below the port; `kill-before` and `kill-after` end the process before the request leaves, or once it had its effect.
 */
export type FaultKind =
  | 'lost-request'
  | 'lost-response'
  | 'late-request'
  | 'late-response'
  | 'twice'
  | 'kill-before'
  | 'kill-after'
  | 'freeze-before'
  | 'freeze-after';

/** One fault, which hits the next requests of its kind. */
export interface Fault {
  readonly operation: Operation;
  readonly how: FaultKind;
  /** How many requests it hits; one if left out. */
  readonly times?: number;
  /** The process whose requests it hits; all of them if left out. */
  readonly process?: string;
  readonly code?: ErrorCode;
  /** How late what is late comes, in milliseconds. */
  readonly byMs?: number;
}

/** A time in which the broker, or a part of it, answers nobody. */
export interface Outage {
  /** By the broker's clock. */
  readonly until: number;
  /** What is not answered; everything if left out. */
  readonly operations?: readonly Operation[];
  /** Whose requests are not answered; everybody's if left out. */
  readonly process?: string;
}

interface Waiting {
  readonly fault: Fault;
  left: number;
}

/** The faults that have not hit yet. */
export class Faults {
  private waiting: Waiting[] = [];

  add(fault: Fault): void {
    this.waiting.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.waiting = [];
  }

  /** The fault that hits this request, if there is one. */
  take(process: string, operation: Operation): Fault | undefined {
    if (this.waiting.length === 0) return undefined;
    const hit = this.waiting.find(
      ({ fault }) =>
        fault.operation === operation && (fault.process === undefined || fault.process === process),
    );
    if (hit === undefined) return undefined;
    hit.left -= 1;
    if (hit.left === 0) this.waiting = this.waiting.filter((other) => other !== hit);
    return hit.fault;
  }
}
