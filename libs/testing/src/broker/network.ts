import { BatonError } from '@baton/core';
import { type Clock, delay } from '@baton/messaging';
import { type Fault, Faults, type Operation, type Outage } from './faults';
import type { SimulatedProcess } from './process';

export type { Fault, FaultKind, Operation, Outage } from './faults';

/** How long one way takes, in milliseconds. */
export type Latency = number | ((process: SimulatedProcess, operation: Operation) => number);

/** Told when a fault hits a request. */
export type OnHit = (process: string, fault: Fault) => void;

/** How long a client waits for an answer before it gives up, in milliseconds; for ever where nothing is named. */
export type Patience = Partial<Readonly<Record<Operation, number>>>;

export interface NetworkOptions {
  readonly clock: Clock;
  readonly latency: Latency;
  readonly patience?: Patience;
  readonly onHit?: OnHit;
  /** Whether a process is reached now; as long as nobody has cut it off from the broker if left out. */
  readonly reaches?: (process: SimulatedProcess) => boolean;
}

/**
 * Requests that one connection carries come to the broker in the order they were sent, however late: a connection is
 * a process and a kind of request.
 */
const ordered: ReadonlySet<Operation> = new Set([
  'send',
  'commit',
  'abort',
  'commit-offsets',
  'heartbeat',
  'append',
  'statement',
]);

const downRetryMs = 100;

/** One request on its way. */
interface Request<T> {
  readonly process: SimulatedProcess;
  readonly operation: Operation;
  readonly effect: () => T | Promise<T>;
  readonly fault: Fault | undefined;
  readonly sentAt: number;
  readonly settle: (outcome: Outcome<T>) => void;
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** Carries requests to the broker and answers back: each way takes time, and both can get lost or come late. */
export class Network {
  private readonly faults = new Faults();
  private outages: Outage[] = [];
  private readonly seen = new Map<Operation, number>();
  private readonly lastArrival = new Map<string, number>();
  private readonly clock: Clock;
  private readonly latency: Latency;
  private readonly patience: Patience;
  private readonly onHit: OnHit;
  private readonly reaches: (process: SimulatedProcess) => boolean;

  constructor({ clock, latency, patience = {}, onHit = () => {}, reaches = isConnected }: NetworkOptions) {
    this.clock = clock;
    this.reaches = reaches;
    this.latency = latency;
    this.patience = patience;
    this.onHit = onHit;
  }

  fail(fault: Fault): void {
    this.faults.add(fault);
  }

  /** Until its end nobody is answered whom the outage concerns. */
  goDown(outage: Outage): void {
    this.outages.push(outage);
  }

  /** Every fault that has not hit yet is gone, and every outage over. */
  heal(): void {
    this.faults.clear();
    this.outages = [];
  }

  /** How many requests of this kind were made. */
  requests(operation: Operation): number {
    return this.seen.get(operation) ?? 0;
  }

  /** Until when the broker answers nobody at all; `undefined` if it does. */
  brokerDownUntil(): number | undefined {
    const now = this.clock.now();
    const whole = this.outages.filter(
      ({ until, operations, process }) => until > now && operations === undefined && process === undefined,
    );
    return whole.length === 0 ? undefined : Math.max(...whole.map(({ until }) => until));
  }

  /** Until when requests of this kind are not answered; `undefined` if they are. */
  downUntil(process: SimulatedProcess, operation: Operation): number | undefined {
    if (this.outages.length === 0) return undefined;
    const now = this.clock.now();
    this.outages = this.outages.filter(({ until }) => until > now);
    const hit = this.outages.filter(
      (one) =>
        (one.operations === undefined || one.operations.includes(operation)) &&
        (one.process === undefined || one.process === process.name),
    );
    return hit.length === 0 ? undefined : Math.max(...hit.map(({ until }) => until));
  }

  /** Makes a request; its effect takes place at the broker, one way later, and its answer comes one way after that. */
  call<T>(process: SimulatedProcess, operation: Operation, effect: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      process.enter(() => {
        const settle = (outcome: Outcome<T>): void =>
          'error' in outcome ? reject(outcome.error) : resolve(outcome.value);
        this.send(process, operation, effect, settle);
      });
    });
  }

  /** One way between a process and the broker. */
  async travel(process: SimulatedProcess, operation: Operation = 'fetch'): Promise<void> {
    await process.pass();
    await delay(this.clock, this.oneWay(process, operation));
  }

  private send<T>(
    process: SimulatedProcess,
    operation: Operation,
    effect: () => T | Promise<T>,
    settle: (outcome: Outcome<T>) => void,
  ): void {
    this.seen.set(operation, this.requests(operation) + 1);
    const fault = this.faults.take(process.name, operation);
    if (fault !== undefined) this.onHit(process.name, fault);
    if (fault?.how === 'kill-before') {
      process.kill();
      return;
    }
    if (fault?.how === 'freeze-before') {
      process.freeze();
      process.enter(() => this.send(process, operation, effect, settle));
      return;
    }
    const sentAt = this.clock.now();
    const request = { process, operation, effect, fault, sentAt, settle };
    const lateBy = fault?.how === 'late-request' ? (fault.byMs ?? 0) : 0;
    this.clock.after(this.arrivalIn(request, lateBy), () => this.arrive(request));
    if (lateBy > 0) this.giveUpAfter(request, lateBy);
  }

  private arrivalIn<T>({ process, operation }: Request<T>, lateBy: number): number {
    const now = this.clock.now();
    const arrival = now + lateBy + this.oneWay(process, operation);
    if (!ordered.has(operation)) return arrival - now;
    const lane = `${process.name} ${operation}`;
    const inOrder = Math.max(arrival, this.lastArrival.get(lane) ?? 0);
    this.lastArrival.set(lane, inOrder);
    return inOrder - now;
  }

  /** A client that hears nothing gives up; what it asked for may still happen. */
  private giveUpAfter<T>(request: Request<T>, lateBy: number): void {
    const patience = this.patience[request.operation];
    if (patience === undefined || lateBy < patience) return;
    this.clock.after(patience, () => this.reply(request, { error: unheard(request, 'in time') }));
  }

  private arrive<T>(request: Request<T>): void {
    const { process, operation, fault } = request;
    if (!this.reaches(process)) {
      this.reply(request, { error: unheard(request, 'while cut off') });
      return;
    }
    if (fault?.how === 'lost-request') {
      this.reply(request, { error: lost(fault) });
      return;
    }
    const down = this.downUntil(process, operation);
    if (down !== undefined) {
      this.waitForBroker(request, down);
      return;
    }
    if (fault?.how !== 'twice') {
      this.execute(request);
      return;
    }
    // the first answer gets lost below the port, where the client asks again
    void runUnheard(request.effect);
    this.clock.after(fault.byMs ?? 1, () => this.execute(request));
  }

  private execute<T>(request: Request<T>): void {
    let outcome: T | Promise<T>;
    try {
      outcome = request.effect();
    } catch (error) {
      this.answer(request, { error });
      return;
    }
    if (outcome instanceof Promise) {
      outcome.then(
        (value) => this.answer(request, { value }),
        (error) => this.answer(request, { error }),
      );
    } else this.answer(request, { value: outcome });
  }

  /** The client tries again until its patience ends, and then nothing of it has reached the broker. */
  private waitForBroker<T>(request: Request<T>, until: number): void {
    const now = this.clock.now();
    const patience = this.patience[request.operation] ?? downRetryMs;
    const giveUp = request.sentAt + patience;
    if (until < giveUp) {
      this.clock.after(until - now + this.oneWay(request.process, request.operation), () =>
        this.arrive(request),
      );
      return;
    }
    this.clock.after(giveUp - now, () => this.reply(request, { error: unheard(request, 'in time') }));
  }

  private answer<T>(request: Request<T>, outcome: Outcome<T>): void {
    const { process, operation, fault } = request;
    if (fault?.how === 'kill-after') {
      process.kill();
      return;
    }
    if (fault?.how === 'freeze-after') process.freeze();
    const lateBy = fault?.how === 'late-response' ? (fault.byMs ?? 0) : 0;
    this.clock.after(lateBy + this.oneWay(process, operation), () => this.comeBack(request, outcome));
    if (lateBy > 0) this.giveUpAfter(request, lateBy);
  }

  private comeBack<T>(request: Request<T>, outcome: Outcome<T>): void {
    const { process, operation, fault } = request;
    if (fault?.how === 'lost-response') {
      this.reply(request, { error: lost(fault) });
      return;
    }
    if (!this.reaches(process) || this.downUntil(process, operation) !== undefined) {
      this.reply(request, { error: unheard(request, 'while cut off') });
    } else this.reply(request, outcome);
  }

  private reply<T>({ process, settle }: Request<T>, outcome: Outcome<T>): void {
    process.enter(() => settle(outcome));
  }

  private oneWay(process: SimulatedProcess, operation: Operation): number {
    return typeof this.latency === 'number' ? this.latency : this.latency(process, operation);
  }
}

const isConnected = (process: SimulatedProcess): boolean => process.isConnected();

const runUnheard = async <T>(effect: () => T | Promise<T>): Promise<void> => {
  try {
    await effect();
  } catch {
    // the broker refused it
  }
};

/** What may have been done although no answer came: the client cannot tell. */
const ofUnknownOutcome: ReadonlySet<Operation> = new Set(['commit', 'abort', 'append']);

const codeOf = (operation: Operation) => {
  if (operation === 'statement') return 'database-unavailable';
  return ofUnknownOutcome.has(operation) ? 'outcome-unknown' : 'broker-unavailable';
};

const unheard = <T>({ operation }: Request<T>, when: string): BatonError =>
  new BatonError(codeOf(operation), `${operation}: expected an answer of the server, got none ${when}.`);

const lost = ({ operation, how, code }: Fault): BatonError =>
  new BatonError(
    code ?? codeOf(operation),
    `${operation}: ${how === 'lost-request' ? 'the request' : 'the response'} got lost.`,
  );
