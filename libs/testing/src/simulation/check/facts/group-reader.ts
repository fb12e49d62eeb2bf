import type { HistoryEntry } from '../../history';
import type { LogReader } from './log-reader';
import {
  type Commit,
  type CommitAttempt,
  type CommittedEffect,
  type Handling,
  type Lane,
  type Membership,
  never,
} from './types';

type Of<K extends HistoryEntry['kind']> = Extract<HistoryEntry, { kind: K }>;
type Who = Pick<Of<'joined'>, 'process' | 'group' | 'memberId' | 'generation'>;

/** What a member holds on to across generations of a group. */
interface Seat {
  readonly byGeneration: Map<number, Membership>;
  leaseFrom: number;
}

/** Reads what groups did: who was a member of what, what was handled, passed and committed. */
export class GroupReader {
  readonly memberships: Membership[] = [];
  readonly attempts: CommitAttempt[] = [];
  readonly effects: CommittedEffect[] = [];
  readonly phantoms: { step: number; text: string }[] = [];
  /** By group, then lane: commits that the broker took, and expiries. */
  readonly commits = new Map<string, Map<Lane, Commit[]>>();
  /** By group, then member id. */
  private readonly seats = new Map<string, Map<string, Seat>>();
  /** The newest membership of a process. */
  private readonly current = new Map<string, Membership>();

  constructor(
    private readonly log: LogReader,
    private readonly leaseMs: number,
    private readonly entries: () => number,
  ) {}

  joined(entry: Of<'joined'>): void {
    const seat = this.seat(entry);
    const membership = this.membership(entry, seat);
    const before = this.current.get(entry.process);
    if (before !== undefined && before !== membership) before.replaced = entry.step;
    this.current.set(entry.process, membership);
    membership.joined = entry.step;
    membership.entriesAtJoin = this.entries();
    seat.leaseFrom = Math.max(seat.leaseFrom, entry.at);
    for (const { topic, partition, committed } of entry.assignment) {
      const lane = this.log.lane({ topic, partition });
      if (lane !== undefined) membership.assignment.set(lane, committed);
    }
  }

  logRead(entry: Of<'log-read'>): void {
    const membership = this.membership(entry);
    if (membership.logRead !== never) return;
    membership.logRead = entry.step;
    membership.logReadUpTo = entry.upTo;
  }

  heartbeat(entry: Of<'heartbeat-confirmed'>): void {
    const seat = this.seat(entry);
    seat.leaseFrom = Math.max(seat.leaseFrom, entry.sentAt);
    const membership = this.membership(entry, seat);
    membership.lastBeat = Math.max(membership.lastBeat, entry.sentAt);
  }

  moved({ step, from, next, ...entry }: Of<'position'>): void {
    const lane = this.log.lane(entry);
    if (lane === undefined || next === from) return;
    const membership = this.membership(entry);
    membership.positions.push({ step, membership, lane, from, next });
  }

  began(entry: Of<'handler-began'>): void {
    const { step, at } = entry;
    const record = this.log.lane(entry)?.slots[entry.offset];
    if (record === undefined || record.stamp?.id !== entry.id || record.stamp.source !== entry.source) {
      const got = `${entry.id} of ${entry.source} at ${entry.topic}[${entry.partition}]@${entry.offset}`;
      this.phantoms.push({
        step,
        text: `Expected handlers to be given what was stored, but ${entry.process} was given ${got}.`,
      });
      return;
    }
    const seat = this.seat(entry);
    const membership = this.membership(entry, seat);
    const leaseUntil = seat.leaseFrom + this.leaseMs;
    const handling: Handling = {
      membership,
      record,
      began: step,
      beganAt: at,
      leaseUntil,
      ended: never,
      failed: never,
    };
    membership.handlings.push(handling);
    record.handlings.push(handling);
  }

  handled(entry: Of<'handler-ended'> | Of<'handler-failed'>): void {
    const record = this.log.lane(entry)?.slots[entry.offset];
    const membership = this.membership(entry);
    const handling = record?.handlings.findLast(
      (one) => one.membership === membership && one.ended === never && one.failed === never,
    );
    if (handling === undefined) return;
    if (entry.kind === 'handler-ended') handling.ended = entry.step;
    else handling.failed = entry.step;
  }

  tookEffect(entry: Of<'effect-committed'>): void {
    const { step, at, process, group, generation, version } = entry;
    const record = this.log.lane(entry)?.slots[entry.offset];
    const event = record?.event;
    if (record === undefined || event?.id !== entry.id || event.source !== entry.source) {
      this.phantoms.push({
        step,
        text: `Expected effects of what was stored, but ${process} had one of ${entry.id}.`,
      });
      return;
    }
    const leaseUntil = this.seat(entry).leaseFrom + this.leaseMs;
    this.effects.push({ step, at, process, group, generation, version, record, event, leaseUntil });
  }

  /** What was refused to somebody who is no member (any more, or yet) did nothing, and says nothing. */
  committed(entry: Of<'offset-committed'>): void {
    const lane = this.log.lane(entry);
    if (lane === undefined) return;
    const { step, group, offset, outcome } = entry;
    const membership = this.membership(entry);
    if (outcome === 'refused' && membership.joined === never) return;
    this.attempts.push({ step, membership, lane, offset, outcome });
    if (outcome === 'taken') this.commit(group, { step, membership, lane, offset });
  }

  /** A process that starts anew is a member of nothing, and has no lease. */
  disturbed({ step, what, process }: Of<'disturbed'>): void {
    if (process === undefined || what !== 'start') return;
    const before = this.current.get(process);
    if (before !== undefined) before.replaced = step;
    this.current.delete(process);
  }

  expired({ step, group }: Of<'offsets-expired'>): void {
    for (const lane of this.commits.get(group)?.keys() ?? [])
      this.commit(group, { step, membership: undefined, lane, offset: undefined });
  }

  private commit(group: string, made: Omit<Commit, 'previous'>): void {
    let ofGroup = this.commits.get(group);
    if (ofGroup === undefined) {
      ofGroup = new Map();
      this.commits.set(group, ofGroup);
    }
    const all = ofGroup.get(made.lane);
    if (all === undefined) ofGroup.set(made.lane, [{ ...made, previous: undefined }]);
    else all.push({ ...made, previous: all[all.length - 1]?.offset });
  }

  private seat({ group, memberId }: Who): Seat {
    let ofGroup = this.seats.get(group);
    if (ofGroup === undefined) {
      ofGroup = new Map();
      this.seats.set(group, ofGroup);
    }
    let seat = ofGroup.get(memberId);
    if (seat === undefined) {
      seat = { byGeneration: new Map(), leaseFrom: Number.NEGATIVE_INFINITY };
      ofGroup.set(memberId, seat);
    }
    return seat;
  }

  private membership(who: Who, seat = this.seat(who)): Membership {
    const known = seat.byGeneration.get(who.generation);
    if (known !== undefined) return known;
    const { process, group, memberId, generation } = who;
    const made: Membership = {
      process,
      group,
      memberId,
      generation,
      joined: never,
      assignment: new Map(),
      entriesAtJoin: 0,
      logRead: never,
      logReadUpTo: 0,
      replaced: never,
      lastBeat: Number.NEGATIVE_INFINITY,
      handlings: [],
      positions: [],
    };
    seat.byGeneration.set(generation, made);
    this.memberships.push(made);
    return made;
  }
}
