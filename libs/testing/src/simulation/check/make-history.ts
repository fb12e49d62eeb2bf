import type { Happening, History, HistoryEntry, HistorySetting } from '../history';

export const eventType = 'lending.BooksBorrowed';
export const start = Date.UTC(2026, 0, 1);

/** The setting of histories made by hand: one group, one partition, two versions. */
export const smallSetting: HistorySetting = {
  leaseMs: 6_000,
  marginMs: 1_000,
  groups: [{ group: 'reminders', eventType, handles: [1, 2] }],
  eventTypes: [{ eventType, versions: [1, 2], partitions: 1 }],
};

export interface StoreOptions {
  readonly versions?: readonly number[];
  /** Where it is really stored; by default in all its versions. */
  readonly on?: readonly number[];
  readonly key?: string;
  readonly createdAt?: number;
  readonly timestamp?: number;
  readonly process?: string;
  readonly call?: number | undefined;
  readonly producer?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes histories by hand, a happening a call; time stands still until it is moved. */
export class HistoryMaker {
  readonly entries: HistoryEntry[] = [];
  now = start;
  private readonly ends = new Map<number, number>();
  private readonly places = new Map<string, number>();
  private calls = 0;
  private logged = 0;

  add(happening: Happening): number {
    this.entries.push({ ...happening, at: this.now, step: this.entries.length });
    return this.entries.length - 1;
  }

  after(ms: number): this {
    this.now += ms;
    return this;
  }

  /** A publisher calls, stores and commits, and its caller is told. */
  publish(id: string, options: StoreOptions = {}): this {
    const call = this.call(options);
    this.store(id, { ...options, call }).commitTransaction(options.producer);
    this.add({ kind: 'publish-ended', call, outcome: 'committed', id, code: undefined });
    return this;
  }

  call({ process = 'lending-1', key = 'k', call }: StoreOptions = {}): number {
    const number = call ?? this.calls + 1;
    this.calls = Math.max(this.calls, number);
    this.add({ kind: 'publish-called', process, call: number, eventType, key });
    return number;
  }

  store(id: string, options: StoreOptions = {}): this {
    const { versions = [1, 2], on = versions, key = 'k', createdAt = this.now } = options;
    for (const version of on) {
      const offset = this.take(version);
      this.places.set(`${id} v${version}`, offset);
      this.add({
        kind: 'record-stored',
        ...place(version),
        offset,
        timestamp: options.timestamp ?? createdAt,
        key,
        call: options.call,
        transactionOf: 'producer' in options ? options.producer : 'lending-1',
        headers: options.headers ?? {
          ce_specversion: '1.0',
          ce_id: id,
          ce_source: 'lending',
          ce_type: eventType,
          ce_time: new Date(createdAt).toISOString(),
          ce_publishedversions: versions.join(','),
        },
      });
    }
    return this;
  }

  commitTransaction(producer = 'lending-1'): this {
    return this.endTransaction('commit', producer);
  }

  endTransaction(
    how: 'commit' | 'abort',
    producer = 'lending-1',
    versions: readonly number[] = [1, 2],
  ): this {
    const markers = versions.map((version) => ({ ...place(version), offset: this.take(version) }));
    this.add({ kind: 'transaction-ended', producer, how, markers });
    return this;
  }

  /** The offset at which an event was stored in a version. */
  offsetOf(id: string, version: number): number {
    const offset = this.places.get(`${id} v${version}`);
    if (offset === undefined) throw new Error(`Expected ${id} to be stored as v${version}.`);
    return offset;
  }

  end(version: number): number {
    return this.ends.get(version) ?? 0;
  }

  /** A member joins, and reads the control log to its end. */
  joins(
    who: Who = {},
    committed: number | undefined = undefined,
    versions: readonly number[] = [1, 2],
  ): this {
    this.add({
      kind: 'joined',
      ...membership(who),
      assignment: versions.map((version) => ({ ...place(version), committed })),
    });
    return this;
  }

  reads(who: Who = {}, upTo = this.logged): this {
    this.add({ kind: 'log-read', ...membership(who), upTo });
    return this;
  }

  beats(who: Who = {}, sentAt = this.now): this {
    this.add({ kind: 'heartbeat-confirmed', ...membership(who), sentAt });
    return this;
  }

  handles(id: string, version: number, who: Who = {}): this {
    return this.begins(id, version, who).finishes(id, version, who);
  }

  begins(id: string, version: number, who: Who = {}): this {
    this.add({ kind: 'handler-began', ...this.handled(id, version, who) });
    return this;
  }

  finishes(id: string, version: number, who: Who = {}): this {
    this.add({ kind: 'handler-ended', ...this.handled(id, version, who) });
    return this;
  }

  fails(id: string, version: number, who: Who = {}): this {
    this.add({ kind: 'handler-failed', ...this.handled(id, version, who) });
    return this;
  }

  /** The database commits the effect of an event. */
  takesEffect(id: string, version: number, who: Who = {}): this {
    this.add({ kind: 'effect-committed', ...this.handled(id, version, who) });
    return this;
  }

  /** From now on an event of this id may be stored several times, stamped anew. */
  repeats(id: string): this {
    this.add({ kind: 'published-again', source: 'lending', id });
    return this;
  }

  moves(version: number, from: number, next: number, who: Who = {}): this {
    this.add({ kind: 'position', ...membership(who), ...place(version), from, next });
    return this;
  }

  commits(version: number, offset: number, who: Who = {}, outcome: 'taken' | 'refused' = 'taken'): this {
    this.add({ kind: 'offset-committed', ...membership(who), ...place(version), offset, outcome });
    return this;
  }

  /** Commits both versions to their ends. */
  commitsAll(who: Who = {}): this {
    return this.commits(1, this.end(1), who).commits(2, this.end(2), who);
  }

  log(entry: Readonly<Record<string, unknown>>, process = 'script'): this {
    const value = { schemaVersion: 1, by: process, reason: 'test', eventType, group: 'reminders', ...entry };
    this.add({ kind: 'entry-stored', offset: this.logged, process, value });
    this.logged += 1;
    return this;
  }

  /** A process is delivered the newest entry of the control log. */
  delivers(process = 'r1'): this {
    this.add({ kind: 'entry-delivered', process, offset: this.logged - 1 });
    return this;
  }

  sees(timeline: readonly (readonly [number, number])[], process = 'r1', read = this.logged): this {
    this.add({
      kind: 'timeline-seen',
      process,
      group: 'reminders',
      eventType,
      read,
      timeline: timeline.map(([since, version]) => ({ since, version })),
    });
    return this;
  }

  registers(defaultVersion = 1): this {
    return this.log({ kind: 'group-registered', defaultVersion, handles: [1, 2] });
  }

  /** Proposes a binding from `inMs` from now on. */
  proposes(version: number, inMs: number, { id = 'b1', revision = 1, lead = 7_000 } = {}): this {
    const since = this.now + inMs;
    const proposal = { proposal: id, version, since, decideBy: since + 10_000, lead };
    return this.log({ kind: 'binding-proposed', ...proposal, expectedRevision: revision });
  }

  lists(members: readonly string[], id = 'b1'): this {
    return this.log({ kind: 'binding-listed', proposal: id, members });
  }

  acknowledges(member = 'm-r1', id = 'b1', process = 'r1'): this {
    return this.log({ kind: 'binding-acknowledged', proposal: id, member }, process);
  }

  confirms(id = 'b1'): this {
    return this.log({ kind: 'binding-confirmed', proposal: id });
  }

  withdraws(id = 'b1'): this {
    return this.log({ kind: 'binding-withdrawn', proposal: id, because: 'test' });
  }

  restarts(process: string): this {
    this.add({ kind: 'disturbed', what: 'start', process, text: `${process} starts` });
    return this;
  }

  settles(pending: readonly string[] = []): this {
    this.add({ kind: 'faults-over' });
    this.after(60_000).add({ kind: 'ended', pending });
    return this;
  }

  history(): History {
    return this.entries;
  }

  private take(version: number): number {
    const end = this.end(version);
    this.ends.set(version, end + 1);
    return end;
  }

  private handled(id: string, version: number, who: Who) {
    const offset = this.offsetOf(id, version);
    const what = { source: 'lending', id, key: 'k', version, attempt: 1 };
    return { ...membership(who), ...place(version), offset, ...what };
  }
}

/** Who acts: by default the first member in its first generation. */
export interface Who {
  readonly process?: string;
  readonly generation?: number;
}

export const place = (version: number) => ({ topic: `${eventType}.v${version}`, partition: 0 });

const membership = ({ process = 'r1', generation = 1 }: Who) => ({
  process,
  group: 'reminders',
  memberId: `m-${process}`,
  generation,
});
