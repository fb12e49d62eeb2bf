import { BatonError } from '@baton/core';
import type { Assignment, Assignor, Clock, OffsetToCommit } from '@baton/messaging';
import type { Observer } from './observer';
import { OffsetStore } from './offset-store';

/** How a member asks to join. */
export interface JoinRequest {
  /** `undefined` for a member that is new. */
  readonly memberId: string | undefined;
  readonly clientId: string;
  readonly topics: readonly string[];
  readonly metadata: string;
  readonly assign: Assignor;
  readonly sessionTimeoutMs: number;
  /** How long the others wait for this member in a rebalance; as long as its session if left out. */
  readonly rebalanceTimeoutMs?: number;
}

/** What a join comes to, once all members have joined. */
export interface Joined {
  readonly memberId: string;
  readonly generation: number;
  readonly assignment: Assignment;
}

interface Member extends Omit<JoinRequest, 'memberId'> {
  readonly memberId: string;
  lastSeen: number;
  cancelExpiry: () => void;
  /** Set while the member has joined and waits for the others. */
  answer: ((joined: Joined) => void) | undefined;
  assignment: Assignment;
}

export interface GroupOptions {
  /** `undefined` for a topic that does not exist. */
  readonly partitionCount: (topic: string) => number | undefined;
  readonly observer: Observer;
  /** Until when the coordinator is away; it counts the silence of members anew after that. */
  readonly awayUntil: () => number | undefined;
}

export type HeartbeatAnswer = 'ok' | 'rebalance' | 'unknown-member';

/** One consumer group at its coordinator: generations, sessions, rebalances, offsets. */
export class Group {
  readonly offsets = new OffsetStore();
  private readonly members = new Map<string, Member>();
  private generationId = 0;
  private named = 0;
  private phase: 'stable' | 'joining' = 'stable';
  private cancelRebalance: () => void = () => {};

  constructor(
    private readonly name: string,
    private readonly clock: Clock,
    private readonly options: GroupOptions,
  ) {}

  /** Resolves when the rebalance that it takes part in is over. */
  join(request: JoinRequest): Promise<Joined> {
    const known = request.memberId === undefined ? undefined : this.members.get(request.memberId);
    known?.cancelExpiry();
    this.named += known === undefined ? 1 : 0;
    const memberId = known?.memberId ?? `${request.clientId}-${this.named}`;
    return new Promise((answer) => {
      const joining: Member = {
        ...request,
        memberId,
        lastSeen: this.clock.now(),
        cancelExpiry: () => {},
        answer,
        assignment: new Map(),
      };
      this.members.set(memberId, joining);
      this.watchSession(joining, request.sessionTimeoutMs);
      this.beginRebalance();
    });
  }

  heartbeat(memberId: string, generationId: number): HeartbeatAnswer {
    const member = this.members.get(memberId);
    if (member === undefined) return 'unknown-member';
    if (generationId === this.generationId) member.lastSeen = this.clock.now();
    return this.phase === 'joining' || generationId !== this.generationId ? 'rebalance' : 'ok';
  }

  commit(memberId: string, generationId: number, offsets: readonly OffsetToCommit[]): void {
    const member = this.members.get(memberId);
    const outcome = member !== undefined && generationId === this.generationId ? 'taken' : 'refused';
    this.tell(outcome, { memberId, generation: generationId, process: clientOf(memberId) }, offsets);
    if (outcome === 'refused') {
      throw new BatonError(
        'generation-ended',
        `Expected a commit of a member of ${this.name} in generation ${this.generationId}, got one of ${memberId} in ${generationId}.`,
      );
    }
    for (const offset of offsets) this.offsets.put(offset);
  }

  private tell(
    outcome: 'taken' | 'refused',
    who: { readonly memberId: string; readonly generation: number; readonly process: string },
    offsets: readonly OffsetToCommit[],
  ): void {
    for (const { topic, partition, offset } of offsets) {
      const where = { topic, partition, offset };
      this.options.observer.observe({
        kind: 'offset-committed',
        group: this.name,
        ...who,
        ...where,
        outcome,
      });
    }
  }

  /** Has everybody join anew, as after a change of the topics or of the coordinator. */
  rebalance(): void {
    if (this.members.size > 0) this.beginRebalance();
  }

  /** What offset retention does to a group that is empty; answers whether it did. */
  expireOffsets(): boolean {
    if (this.members.size > 0 || this.offsets.size() === 0) return false;
    this.offsets.expire();
    this.options.observer.observe({ kind: 'offsets-expired', group: this.name });
    return true;
  }

  leave(memberId: string): void {
    this.drop(memberId);
  }

  describe(): {
    readonly state: 'Empty' | 'Stable' | 'PreparingRebalance';
    readonly members: readonly {
      readonly memberId: string;
      readonly clientId: string;
      readonly topics: readonly string[];
      readonly metadata: string;
      readonly assignment: Assignment;
    }[];
  } {
    const members = [...this.members.values()].map(
      ({ memberId, clientId, topics, metadata, assignment }) => ({
        memberId,
        clientId,
        topics,
        metadata,
        assignment,
      }),
    );
    if (members.length === 0) return { state: 'Empty', members };
    return { state: this.phase === 'stable' ? 'Stable' : 'PreparingRebalance', members };
  }

  /** Whether the broker knows it: somebody joined, or offsets were stored. */
  exists(): boolean {
    return this.hasHadMembers() || this.offsets.size() > 0;
  }

  hasHadMembers(): boolean {
    return this.members.size > 0 || this.generationId > 0;
  }

  generation(): number {
    return this.generationId;
  }

  private beginRebalance(): void {
    if (this.phase === 'stable') {
      this.phase = 'joining';
      const limit = Math.max(
        ...[...this.members.values()].map(
          ({ sessionTimeoutMs, rebalanceTimeoutMs = sessionTimeoutMs }) => rebalanceTimeoutMs,
        ),
      );
      this.cancelRebalance = this.clock.after(limit, () => this.dropThoseWhoDidNotJoin());
    }
    this.completeIfAllJoined();
  }

  private dropThoseWhoDidNotJoin(): void {
    for (const { memberId, answer } of [...this.members.values()]) {
      if (answer === undefined) this.drop(memberId);
    }
  }

  private completeIfAllJoined(): void {
    const members = [...this.members.values()];
    if (this.phase !== 'joining' || members.some(({ answer }) => answer === undefined)) return;
    this.cancelRebalance();
    this.generationId += 1;
    this.phase = 'stable';
    const [leader] = members;
    if (leader === undefined) return;
    const topics = [...new Set(members.flatMap((member) => member.topics))].sort();
    const assigned = leader.assign(members, this.partitionCounts(topics));
    for (const member of members) {
      const { memberId, answer } = member;
      member.answer = undefined;
      member.lastSeen = this.clock.now();
      member.assignment = assigned.get(memberId) ?? new Map();
      answer?.({ memberId, generation: this.generationId, assignment: member.assignment });
    }
  }

  private partitionCounts(topics: readonly string[]): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const topic of topics) {
      const count = this.options.partitionCount(topic);
      if (count !== undefined) counts.set(topic, count);
    }
    return counts;
  }

  private drop(memberId: string): void {
    const member = this.members.get(memberId);
    if (member === undefined) return;
    member.cancelExpiry();
    this.members.delete(memberId);
    if (this.members.size === 0) this.generationId += 1;
    this.beginRebalanceAfterLoss();
  }

  private beginRebalanceAfterLoss(): void {
    if (this.members.size > 0) {
      this.beginRebalance();
      return;
    }
    this.cancelRebalance();
    this.phase = 'stable';
  }

  private watchSession(member: Member, ms: number): void {
    member.cancelExpiry = this.clock.after(ms, () => {
      const away = this.options.awayUntil();
      if (away !== undefined) {
        member.lastSeen = away;
        this.watchSession(member, away - this.clock.now() + member.sessionTimeoutMs);
        return;
      }
      const silentFor = this.clock.now() - member.lastSeen;
      if (member.answer !== undefined) this.watchSession(member, member.sessionTimeoutMs);
      else if (silentFor >= member.sessionTimeoutMs) this.drop(member.memberId);
      else this.watchSession(member, member.sessionTimeoutMs - silentFor);
    });
  }
}

/** The client id in a member id, as `join` makes it. */
const clientOf = (memberId: string): string => memberId.replace(/-\d+$/, '');
