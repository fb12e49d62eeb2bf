import { defaultTimeline, type EventType, type Timeline, topicOf, version } from '@baton/core';
import { type BrokerClient, MemoryBroker } from '../broker/memory-broker';
import type { Fault, Operation } from '../broker/network';
import type { SimulatedProcess } from '../broker/process';
import { MemoryInboxDatabase } from '../database/inbox-database';
import { MemoryDatabase } from '../database/memory-database';
import { VirtualClock } from '../virtual-clock';
import { eventTypeOf } from './event-types';
import { Host } from './host';
import type { InboxPlan } from './inbox-plan';
import { startMember } from './member-program';
import { startOutboxPublisher } from './outbox-program';
import type { GroupPlan, MemberPlan, OutboxPlan, Plan, PublisherPlan, Range } from './plan-types';
import { type PublisherProgram, startPublisher } from './publisher-program';
import { createRandom, type Random } from './random';
import { Recorder } from './recorder';

/** A publisher's machine, and the release that is installed on it. */
export interface PublisherHost {
  readonly host: Host;
  versions: readonly number[];
  program: PublisherProgram | undefined;
}

/** A member's machine, and the release that is installed on it. */
export interface MemberHost {
  readonly host: Host;
  readonly group: string;
  reads: readonly number[];
  /** What is configured, where the group does not follow the control log. */
  timeline: Timeline | undefined;
}

const logs = { control: 'baton.control', presence: 'baton.presence' } as const;

/** How long clients wait for an answer, in milliseconds: as the adapters of Kafka do. */
const patienceOf = ({ leaseMs, transactionTimeoutMs: [timeoutMs] }: Plan) => ({
  connect: timeoutMs - 2_000,
  begin: timeoutMs - 2_000,
  send: timeoutMs - 2_000,
  commit: timeoutMs - 2_000,
  abort: timeoutMs - 2_000,
  join: 30_000,
  leave: 5_000,
  heartbeat: 3_000,
  'commit-offsets': leaseMs,
  'read-offsets': 30_000,
  append: 30_000,
  fetch: 30_000,
  follow: 30_000,
  'read-groups': 30_000,
  guard: 30_000,
  statement: 5_000,
});

/** Everything there is in one run: the broker, the machines and their programs, and the record of what happens. */
export class World {
  readonly clock = new VirtualClock();
  readonly recorder: Recorder;
  readonly broker: MemoryBroker;
  /** Where groups that have one keep their inbox. */
  readonly inboxes: MemoryInboxDatabase | undefined;
  readonly database: MemoryDatabase;
  readonly eventType: EventType;
  readonly publishers = new Map<string, PublisherHost>();
  readonly members = new Map<string, MemberHost>();
  /** The processes of scripts that run at present. */
  readonly scripts = new Map<string, SimulatedProcess>();
  /** Publish calls that have not ended, with the process they were made in. */
  readonly calls = new Map<number, SimulatedProcess>();
  slowness = 1;
  /** Whether handlers may stay longer than the broker waits for members: a fault, which ends with the others. */
  mayStay = true;
  /** When the run began, by the broker's clock. */
  readonly startedAt = this.clock.now();
  private readonly random: Random;
  private readonly lags: ReadonlyMap<string, number>;
  private made = 0;
  private published = 0;

  constructor(readonly plan: Plan) {
    this.random = createRandom(`${plan.seed}/world`);
    this.recorder = new Recorder(this.clock, logs);
    this.eventType = eventTypeOf(plan.eventType, Math.max(...plan.versions));
    this.lags = new Map(
      plan.groups.flatMap(({ members }) => members.map(({ name, lagMs }): [string, number] => [name, lagMs])),
    );
    this.broker = this.createBroker();
    this.inboxes = plan.inbox === undefined ? undefined : this.createInboxes(plan.inbox);
    this.database = this.createDatabase();
    for (const publisher of plan.publishers)
      this.publishers.set(publisher.name, this.publisherHost(publisher));
    for (const group of plan.groups) {
      for (const member of group.members) this.members.set(member.name, this.memberHost(group, member));
    }
  }

  topic(which: number): string {
    return topicOf(this.plan.eventType, version(which));
  }

  host(name: string): Host | undefined {
    return this.publishers.get(name)?.host ?? this.members.get(name)?.host;
  }

  /** The process of this name that runs now: of a machine, or of a script. */
  process(name: string): SimulatedProcess | undefined {
    return this.host(name)?.client()?.process ?? this.scripts.get(name);
  }

  newId(prefix: string): string {
    this.made += 1;
    return `${prefix}-${this.made}`;
  }

  /** Asks a publisher to publish, if its process is there. */
  publish(by: string, key: string): void {
    const { host, program } = this.publishers.get(by) ?? {};
    const process = host?.client()?.process;
    if (program === undefined || process === undefined || host?.isUp() !== true) return;
    process.enter(() => {
      this.published += 1;
      const call = this.published;
      this.calls.set(call, process);
      void program.publish(call, key).then(() => this.calls.delete(call));
    });
  }

  /** Publish calls whose process lives, so that they are still to end. */
  openCalls(): readonly number[] {
    return [...this.calls].flatMap(([call, process]) => (process.isAlive() ? [call] : []));
  }

  private createBroker(): MemoryBroker {
    const { plan, clock } = this;
    const network = this.random.fork('network');
    const coordinator = this.random.fork('coordinator');
    const within = (random: Random, [min, max]: Range): number => random.int(min, max);
    const latency = ({ name }: SimulatedProcess, operation: Operation): number => {
      const lag = operation === 'follow' ? (this.lags.get(name) ?? 0) : 0;
      return (within(network, plan.latencyMs) + lag) * this.slowness;
    };
    const broker = new MemoryBroker({
      clock,
      latencyMs: latency,
      patience: patienceOf(plan),
      transactionTimeoutMs: () => within(coordinator, plan.transactionTimeoutMs),
      markerMs: () => within(coordinator, plan.markerMs),
      maxRecords: plan.maxRecords,
      rejoin: plan.rejoin,
      rebalanceTimeoutMs: plan.rebalanceTimeoutMs,
      observer: this.recorder,
      onHit: (process, fault) => this.faultHit(process, fault),
    });
    for (const which of plan.versions) {
      broker.createTopic(this.topic(which), {
        partitions: plan.partitions,
        timestampAfterMaxMs: plan.marginMs,
      });
    }
    broker.createTopic(logs.control, { timestampType: 'LogAppendTime' });
    broker.createTopic(logs.presence, { timestampType: 'LogAppendTime', cleanupPolicy: 'compact' });
    return broker;
  }

  private createInboxes({ latencyMs, aheadMs }: InboxPlan): MemoryInboxDatabase {
    const random = this.random.fork('inboxes');
    return new MemoryInboxDatabase({
      clock: this.clock,
      aheadMs,
      latencyMs: () => random.int(...latencyMs) * this.slowness,
      toss: () => random.chance(0.7),
      onHit: (process, fault) => this.faultHit(process, fault),
      onEffect: (row) => this.recorder.observe({ kind: 'effect-committed', ...JSON.parse(row) }),
    });
  }

  private createDatabase(): MemoryDatabase {
    const { plan, clock } = this;
    const random = this.random.fork('database');
    return new MemoryDatabase({
      clock,
      latencyMs: () => random.int(...plan.latencyMs) * this.slowness,
      patience: patienceOf(plan),
      onHit: (process, fault) => this.faultHit(process, fault),
      hearsOfDeath: () => random.chance(0.7),
    });
  }

  private faultHit(process: string, { how, operation, byMs = 0 }: Fault): void {
    this.recorder.disturb(how, process, `${how} hits ${operation} of ${process}`);
    if (how === 'kill-before' || how === 'kill-after') {
      // the process dies right after this, or once its request had its effect
      const dying = this.process(process);
      const waitForEnd = (): void => {
        if (dying?.isAlive() === true) this.clock.after(1, waitForEnd);
        else if (this.process(process) === dying) this.host(process)?.wasKilled(byMs);
      };
      this.clock.after(0, waitForEnd);
    }
    if (how === 'freeze-before' || how === 'freeze-after') {
      this.clock.after(byMs, () => this.process(process)?.thaw());
    }
  }

  private publisherHost(plan: PublisherPlan): PublisherHost {
    const publisher: PublisherHost = {
      versions: plan.versions,
      program: undefined,
      host: new Host({
        ...this.hostDeps(plan),
        begin: async (client) => {
          const program = await this.startPublisher(client, plan, publisher.versions);
          if (client.process.isAlive()) publisher.program = program;
          return program;
        },
      }),
    };
    return publisher;
  }

  private startPublisher(
    client: BrokerClient,
    plan: PublisherPlan,
    versions: readonly number[],
  ): Promise<PublisherProgram> {
    const { eventType, recorder } = this;
    const { marginMs, outbox } = this.plan;
    const newId = () => this.newId(plan.name);
    const deps = { plan, eventType, marginMs, recorder, versions, newId };
    if (plan.through === undefined || outbox === undefined) return startPublisher(client, deps);
    const database = this.database.connect(client.process);
    const transactionOf = (call: number) => this.transaction(outbox, call);
    return startOutboxPublisher(client, { ...deps, database, outbox, transactionOf });
  }

  private memberHost({ group, reads, bindings }: GroupPlan, plan: MemberPlan): MemberHost {
    const member: MemberHost = {
      group,
      reads,
      timeline: bindings === 'static' ? defaultTimeline(version(Math.min(...reads))) : undefined,
      host: new Host({
        ...this.hostDeps(plan),
        begin: (client) =>
          startMember(client, {
            plan: this.plan,
            group,
            eventType: this.eventType,
            reads: member.reads,
            timeline: member.timeline,
            recorder: this.recorder,
            handling: (call) => this.handling(call),
            inboxes: this.plan.inbox?.groups.includes(group) === true ? this.inboxes : undefined,
          }),
      }),
    };
    return member;
  }

  private hostDeps({ name, clock: clockError }: Pick<MemberPlan, 'name' | 'clock'>) {
    return {
      name,
      clockError,
      trueClock: this.clock,
      recorder: this.recorder,
      connect: (as: string, error: MemberPlan['clock']) => this.broker.connect(as, error),
    };
  }

  /** The same for one event wherever and whenever it is handled. */
  private handling(call: number) {
    const { seed, handlerMs, failsOneIn, inbox } = this.plan;
    const random = createRandom(`${seed}/handling/${call}`);
    const ms = random.int(...handlerMs);
    const failures = failsOneIn > 0 && random.int(1, failsOneIn) === 1 ? random.int(1, 3) : 0;
    const isSlow = inbox !== undefined && inbox.slowOneIn > 0 && random.int(1, inbox.slowOneIn) === 1;
    const longMs = isSlow && this.mayStay ? random.int(...inbox.slowMs) : 0;
    const before = Math.floor(longMs / 2);
    return { ms, failures, staysMs: [before, longMs - before] as const };
  }

  /** The same for one call whenever it is made. */
  private transaction({ heldMs, givesUpOneIn }: OutboxPlan, call: number) {
    const random = createRandom(`${this.plan.seed}/transaction/${call}`);
    const end = random.int(1, givesUpOneIn) === 1 ? ('roll-back' as const) : ('commit' as const);
    return { ms: random.chance(0.5) ? 0 : random.int(...heldMs), end };
  }
}
