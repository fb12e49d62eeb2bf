import { BatonError, type ErrorCode } from '@baton/core';
import { type Clock, delay } from '@baton/messaging';
import type { SimulatedProcess } from './process';

/** The requests that can be made to fail. */
export type Operation =
  | 'connect'
  | 'begin'
  | 'send'
  | 'commit'
  | 'abort'
  | 'join'
  | 'commit-offsets'
  | 'read-offsets'
  | 'append'
  | 'fetch'
  | 'read-groups'
  | 'guard';

/** A `lost-request` never has an effect; a `lost-response` has it, and the client cannot know. */
export interface Fault {
  readonly operation: Operation;
  readonly how: 'lost-request' | 'lost-response';
  /** How many requests it hits; one if left out. */
  readonly times?: number;
  /** The process whose requests it hits; all of them if left out. */
  readonly process?: string;
  readonly code?: ErrorCode;
}

/** Carries requests to the broker and answers back: each way takes time, and both can get lost. */
export class Network {
  private faults: { fault: Fault; left: number }[] = [];
  private readonly seen = new Map<Operation, number>();

  constructor(
    private readonly clock: Clock,
    private readonly latencyMs: number,
  ) {}

  fail(fault: Fault): void {
    this.faults.push({ fault, left: fault.times ?? 1 });
  }

  /** Every fault that has not hit yet is gone. */
  heal(): void {
    this.faults = [];
  }

  /** How many requests of this kind were made. */
  requests(operation: Operation): number {
    return this.seen.get(operation) ?? 0;
  }

  async call<T>(process: SimulatedProcess, operation: Operation, effect: () => T | Promise<T>): Promise<T> {
    this.seen.set(operation, this.requests(operation) + 1);
    const fault = this.takeFault(process, operation);
    await this.travel(process);
    process.assertConnected(operation);
    if (fault?.how === 'lost-request') throw lost(fault);
    const outcome = await answerOf(effect);
    await this.travel(process);
    await process.pass();
    process.assertConnected(operation);
    if (fault?.how === 'lost-response') throw lost(fault);
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  /** One way between a process and the broker. */
  async travel(process: SimulatedProcess): Promise<void> {
    await process.pass();
    await delay(this.clock, this.latencyMs);
  }

  private takeFault(process: SimulatedProcess, operation: Operation): Fault | undefined {
    const hit = this.faults.find(
      ({ fault, left }) =>
        left > 0 &&
        fault.operation === operation &&
        (fault.process === undefined || fault.process === process.name),
    );
    if (hit === undefined) return undefined;
    hit.left -= 1;
    return hit.fault;
  }
}

const answerOf = async <T>(
  effect: () => T | Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> => {
  try {
    return { value: await effect() };
  } catch (error) {
    return { error };
  }
};

const lost = ({ operation, how, code }: Fault): BatonError =>
  new BatonError(
    code ?? (operation === 'commit' ? 'outcome-unknown' : 'broker-unavailable'),
    `${operation}: ${how === 'lost-request' ? 'the request' : 'the response'} got lost.`,
  );
