import { delay } from '@baton/messaging';
import type { BrokerClient } from '../broker/memory-broker';
import type { ClockError } from '../broker/process';
import type { VirtualClock } from '../virtual-clock';
import type { Installation } from './plan-types';
import type { Recorder } from './recorder';

/** What a process does once it has started. */
export interface Running {
  stop(): Promise<void>;
  /** Settles when it has ended by itself, or was stopped. */
  readonly ended: Promise<unknown>;
}

export interface HostDeps {
  readonly name: string;
  readonly clockError: ClockError;
  readonly trueClock: VirtualClock;
  readonly recorder: Recorder;
  connect(name: string, clock: ClockError): BrokerClient;
  /** Starts the program; rejects if it cannot start. */
  begin(client: BrokerClient): Promise<Running>;
}

interface Incarnation {
  readonly client: BrokerClient;
  running: Running | undefined;
}

const stopLimitMs = 15_000;
const restartMs = { first: 1_000, longest: 8_000 } as const;

/** A machine that runs one program, and starts it again when it ends: as an orchestrator does. */
export class Host {
  readonly name: string;
  private want: 'up' | 'down' = 'down';
  private current: Incarnation | undefined;
  private failures = 0;
  private clockError: ClockError;
  private cancelRestart: () => void = () => {};
  private changes: Promise<void> = Promise.resolve();

  constructor(private readonly deps: HostDeps) {
    this.name = deps.name;
    this.clockError = deps.clockError;
  }

  /** The process that runs now, if one does. */
  client(): BrokerClient | undefined {
    return this.current?.client;
  }

  isUp(): boolean {
    return this.current?.running !== undefined;
  }

  wantsUp(): boolean {
    return this.want === 'up';
  }

  start(): void {
    this.want = 'up';
    this.cancelRestart();
    this.launch();
  }

  /** As SIGTERM, and SIGKILL if that takes too long. */
  async stop(): Promise<void> {
    this.want = 'down';
    this.cancelRestart();
    const { current } = this;
    if (current === undefined) return;
    this.deps.recorder.disturb('stop', this.name, `${this.name} is stopped`);
    const stopped = current.running?.stop() ?? Promise.resolve();
    await Promise.race([stopped.catch(() => {}), delay(this.deps.trueClock, stopLimitMs)]);
    if (this.current === current) this.end();
  }

  /** Takes it down, has something changed after a while, and starts it again; one such change after the other. */
  change({ how, downMs }: Installation, change: () => void): Promise<void> {
    this.changes = this.changes.then(async () => {
      if (how === 'stop') await this.stop();
      else this.kill();
      await delay(this.deps.trueClock, downMs);
      change();
      this.start();
    });
    return this.changes;
  }

  /** Starts it once the changes under way are through. */
  recover(): void {
    this.changes = this.changes.then(() => this.start());
  }

  /** Resolves once every change that was asked for is made. */
  changed(): Promise<void> {
    return this.changes;
  }

  /** As SIGKILL. */
  kill(): void {
    this.want = 'down';
    this.cancelRestart();
    if (this.current === undefined) return;
    this.deps.recorder.disturb('kill', this.name, `${this.name} is killed`);
    this.end();
  }

  /** Its process was killed by a fault: it comes back after a while. */
  wasKilled(downMs: number): void {
    if (this.current === undefined) return;
    this.end();
    this.restartAfter(downMs);
  }

  freeze(): void {
    this.client()?.process.freeze();
  }

  thaw(): void {
    this.client()?.process.thaw();
  }

  /** Sets the clock of the machine. */
  stepClock(byMs: number): void {
    this.clockError = { ...this.clockError, skewMs: this.clockError.skewMs + byMs };
    this.client()?.process.step(byMs);
  }

  clockSkewMs(): number {
    return this.clockError.skewMs;
  }

  private launch(): void {
    if (this.current !== undefined || this.want === 'down') return;
    const { deps, name } = this;
    deps.recorder.forget(name);
    deps.recorder.disturb('start', name, `${name} starts`);
    const incarnation: Incarnation = { client: deps.connect(name, this.clockError), running: undefined };
    this.current = incarnation;
    deps.begin(incarnation.client).then(
      (running) => {
        if (this.current !== incarnation) return;
        incarnation.running = running;
        this.failures = 0;
        running.ended.then(
          () => this.exited(incarnation, 'it ended'),
          (error) => this.exited(incarnation, messageOf(error)),
        );
      },
      (error) => this.exited(incarnation, messageOf(error)),
    );
  }

  private exited(incarnation: Incarnation, because: string): void {
    if (this.current !== incarnation) return;
    if (this.want === 'down') {
      this.end();
      return;
    }
    this.deps.recorder.disturb('exit', this.name, `${this.name} exits: ${because}`);
    this.end();
    this.failures += 1;
    this.restartAfter(Math.min(restartMs.first * 2 ** (this.failures - 1), restartMs.longest));
  }

  private end(): void {
    this.current?.client.process.kill();
    this.current = undefined;
  }

  private restartAfter(ms: number): void {
    this.cancelRestart();
    this.cancelRestart = this.deps.trueClock.after(ms, () => this.launch());
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
