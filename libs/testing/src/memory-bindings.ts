import { bind, defaultTimeline, type Instant, type Timeline, type Version } from '@baton/core';
import {
  type BindingSource,
  type Clock,
  delay,
  type GroupBindings,
  type GroupRegistration,
  type OpenProposal,
  type ProposalAnswer,
} from '@baton/messaging';

/** An answer as a member gave it. */
export interface GivenAnswer {
  readonly proposalId: string;
  readonly memberId: string;
  readonly answer: ProposalAnswer;
}

const unregistered: GroupBindings = { timeline: undefined, proposal: undefined };

/** The bindings of one group, decided by the test: what the control log would hold, without its rules. */
export class MemoryBindings {
  readonly answers: GivenAnswer[] = [];
  readonly registrations: GroupRegistration[] = [];
  /** While `unreachable`, nobody can catch up, register or answer. */
  state: 'reachable' | 'unreachable' = 'reachable';
  private history: ReadonlyMap<string, GroupBindings>[] = [new Map()];
  private readonly followers = new Set<(length: number) => void>();

  constructor(
    private readonly clock: Clock,
    /** How long a member that follows takes to see a change. */
    private readonly lagMs = 1,
  ) {}

  of(eventType: string): GroupBindings {
    return this.history.at(-1)?.get(eventType) ?? unregistered;
  }

  /** Records a timeline as it is. */
  record(eventType: string, timeline: Timeline): void {
    this.change(eventType, { ...this.of(eventType), timeline });
  }

  propose(eventType: string, proposal: OpenProposal): void {
    this.change(eventType, { ...this.of(eventType), proposal });
  }

  withdraw(eventType: string): void {
    this.change(eventType, { ...this.of(eventType), proposal: undefined });
  }

  /** Adds the open proposal to the timeline. */
  confirm(eventType: string): void {
    const { timeline, proposal } = this.of(eventType);
    if (timeline === undefined || proposal === undefined) throw new TypeError('There is nothing to confirm.');
    this.change(eventType, { timeline: bind(timeline, proposal), proposal: undefined });
  }

  /** Binds without asking anybody. */
  bind(eventType: string, segment: { since: Instant; version: Version }): void {
    const { timeline = defaultTimeline(1 as Version) } = this.of(eventType);
    this.change(eventType, { timeline: bind(timeline, segment), proposal: undefined });
  }

  /** A client, as one process would have it. */
  connect(clock: Clock = this.clock): BindingSource {
    let read = 0;
    const listeners = new Set<() => void>();
    const readTo = (length: number): void => {
      if (length <= read) return;
      read = length;
      for (const listener of listeners) listener();
    };
    const follow = (length: number): void => {
      clock.after(this.lagMs, () => readTo(length));
    };
    this.followers.add(follow);
    const request = async (): Promise<void> => {
      await delay(clock, 1);
      if (this.state === 'unreachable') throw new Error('The control log is not reachable.');
    };
    return {
      agreement: { key: 'memory', preference: 0 },
      catchUp: async () => {
        await request();
        readTo(this.history.length);
      },
      register: async (registration) => {
        await request();
        this.registrations.push(registration);
        if (this.of(registration.eventType).timeline === undefined)
          this.record(registration.eventType, defaultTimeline(registration.defaultVersion));
      },
      of: (eventType) => this.history[read - 1]?.get(eventType) ?? unregistered,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      answer: async (proposalId, memberId, answer) => {
        await request();
        this.answers.push({ proposalId, memberId, answer });
      },
      close: async () => {
        this.followers.delete(follow);
      },
    };
  }

  private change(eventType: string, bindings: GroupBindings): void {
    this.history = [...this.history, new Map(this.history.at(-1)).set(eventType, bindings)];
    for (const follow of this.followers) follow(this.history.length);
  }
}
