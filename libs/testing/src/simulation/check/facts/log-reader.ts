import type { HistoryEntry } from '../../history';
import { readStamp } from './stamps';
import { type Call, type EventFacts, type Lane, type LogRecord, never, type OutboxRow } from './types';

type Of<K extends HistoryEntry['kind']> = Extract<HistoryEntry, { kind: K }>;

/** An outbox, by the source of its events. */
interface Outbox {
  readonly rows: Map<string, OutboxRow>;
  readonly sharers: Set<string>;
}

/** Reads what was published and stored: lanes, records, events and calls. */
export class LogReader {
  readonly lanes: Lane[] = [];
  readonly events: EventFacts[] = [];
  readonly calls: Call[] = [];
  readonly rows: OutboxRow[] = [];
  readonly clocksSet = new Set<string>();
  private readonly outboxes = new Map<string, Outbox>();
  private readonly byTopic = new Map<string, Lane[]>();
  private readonly bySource = new Map<string, Map<string, EventFacts>>();
  private readonly byCall = new Map<number, Call>();
  private readonly open = new Map<string, LogRecord[]>();
  private readonly current = new Map<string, number>();
  private readonly repeated = new Set<string>();
  private transactions = 0;
  private readonly slots = new Map<string, string>();
  private readonly lives = new Map<string, number>();

  /** The lane of a place; `undefined` for a topic that carries no version of an event type. */
  lane({ topic, partition }: { readonly topic: string; readonly partition: number }): Lane | undefined {
    let ofTopic = this.byTopic.get(topic);
    if (ofTopic === undefined) {
      ofTopic = [];
      this.byTopic.set(topic, ofTopic);
    }
    return ofTopic[partition] ?? this.makeLane(ofTopic, topic, partition);
  }

  private makeLane(ofTopic: Lane[], topic: string, partition: number): Lane | undefined {
    const match = /^(.+)\.v([1-9]\d*)$/.exec(topic);
    if (match?.[1] === undefined) return undefined;
    const [eventType, version] = [match[1], Number(match[2])];
    const lane: Lane = { topic, eventType, version, partition, slots: [], records: [], start: 0 };
    ofTopic[partition] = lane;
    this.lanes.push(lane);
    return lane;
  }

  called(entry: Of<'publish-called'>): void {
    const { step, process, call, eventType, key } = entry;
    const made: Call = { step, process, call, eventType, key, events: [], ended: undefined };
    this.byCall.set(call, made);
    this.calls.push(made);
  }

  callEnded({ step, call, outcome, id }: Of<'publish-ended'>): void {
    const made = this.byCall.get(call);
    if (made !== undefined) made.ended ??= { step, outcome, id };
  }

  rowSettled({ process, ...row }: Of<'row-settled'>): void {
    const { source, id } = row;
    const outbox: Outbox = this.outboxes.get(source) ?? { rows: new Map(), sharers: new Set() };
    this.outboxes.set(source, outbox);
    outbox.rows.set(id, row);
    outbox.sharers.add(process);
    this.rows.push(row);
  }

  connected({ process, transactionalId }: Of<'producer-connected'>): void {
    this.slots.set(process, transactionalId);
  }

  /** A process that starts anew is another publisher instance; where its clock was set, the stamps may go back. */
  disturbed({ what, process }: Of<'disturbed'>): void {
    if (process === undefined) return;
    if (what === 'start') this.lives.set(process, (this.lives.get(process) ?? 0) + 1);
    if (what === 'clock') this.clocksSet.add(process);
  }

  stored(entry: Of<'record-stored'>): void {
    const lane = this.lane(entry);
    if (lane === undefined) return;
    const { step, at, offset, timestamp, key, call, transactionOf: producer } = entry;
    const stamp = readStamp(entry.headers, { ...lane, offset, timestamp });
    const event = stamp === undefined ? undefined : this.event(stamp, entry);
    const isOpen = producer !== undefined;
    const record: LogRecord = {
      step,
      at,
      lane,
      offset,
      timestamp,
      key,
      stamp,
      event,
      call,
      transaction: producer === undefined ? undefined : this.transactionOf(producer),
      fate: isOpen ? 'open' : 'visible',
      settled: isOpen ? never : step,
      settledAt: isOpen ? never : at,
      deleted: never,
      handlings: [],
    };
    while (lane.slots.length < offset) lane.slots.push(undefined);
    lane.slots[offset] = record;
    lane.records.push(record);
    if (event !== undefined) event.copies.push(record);
    if (isOpen) this.opened(producer, record);
    else shown(record);
  }

  /** The partitions of a transaction get their markers one by one; it is over once all have. */
  transactionEnded({ step, at, producer, how, markers }: Of<'transaction-ended'>): void {
    const left: LogRecord[] = [];
    for (const record of this.open.get(producer) ?? []) {
      if (!markers.some((marker) => isAt(record, marker))) {
        left.push(record);
        continue;
      }
      record.fate = how === 'commit' ? 'visible' : 'aborted';
      record.settled = step;
      record.settledAt = at;
      if (how === 'commit') shown(record);
    }
    if (left.length > 0) this.open.set(producer, left);
    else this.open.delete(producer);
  }

  publishedAgain({ source, id }: Of<'published-again'>): void {
    this.repeated.add(`${source} ${id}`);
  }

  retained(entry: Of<'retention'>): void {
    const lane = this.lane(entry);
    if (lane === undefined) return;
    for (let offset = lane.start; offset < entry.offset; offset += 1) {
      const record = lane.slots[offset];
      if (record !== undefined) record.deleted = entry.step;
    }
    lane.start = Math.max(lane.start, entry.offset);
  }

  private opened(producer: string, record: LogRecord): void {
    const records = this.open.get(producer);
    if (records === undefined) this.open.set(producer, [record]);
    else records.push(record);
  }

  private transactionOf(producer: string): number {
    if (!this.open.has(producer)) {
      this.transactions += 1;
      this.current.set(producer, this.transactions);
    }
    return this.current.get(producer) ?? 0;
  }

  private event(stamp: EventFacts['stamp'], { call, step, transactionOf }: Of<'record-stored'>): EventFacts {
    let ofSource = this.bySource.get(stamp.source);
    if (ofSource === undefined) {
      ofSource = new Map();
      this.bySource.set(stamp.source, ofSource);
    }
    const known = ofSource.get(stamp.id);
    if (known !== undefined) return known;
    const made = call === undefined ? undefined : this.byCall.get(call);
    const event: EventFacts = {
      source: stamp.source,
      id: stamp.id,
      copies: [],
      ...this.publisherOf(stamp, made, { step, transactionOf }),
      stamp,
      firstVisible: undefined,
      isRepeated: this.repeated.has(`${stamp.source} ${stamp.id}`),
    };
    ofSource.set(stamp.id, event);
    this.events.push(event);
    made?.events.push(event);
    return event;
  }

  /** An outbox promises the order in which its rows are committed, whoever sends them. */
  private publisherOf(
    { source, id }: EventFacts['stamp'],
    call: Call | undefined,
    { step, transactionOf }: Pick<Of<'record-stored'>, 'step' | 'transactionOf'>,
  ): Pick<EventFacts, 'publisher' | 'order' | 'process' | 'outbox' | 'life'> {
    const outbox = this.outboxes.get(source);
    if (outbox !== undefined) {
      const order = outbox.rows.get(id)?.step ?? step;
      const facts = { slot: transactionOf ?? source, sharers: outbox.sharers };
      return { publisher: source, order, process: undefined, outbox: facts, life: 0 };
    }
    const process = call?.process;
    return {
      publisher: process === undefined ? (transactionOf ?? source) : (this.slots.get(process) ?? process),
      order: call === undefined ? step : call.call,
      process,
      outbox: undefined,
      life: process === undefined ? 0 : (this.lives.get(process) ?? 0),
    };
  }
}

const isAt = ({ lane }: LogRecord, { topic, partition }: { topic: string; partition: number }): boolean =>
  lane.partition === partition && lane.topic === topic;

const shown = (record: LogRecord): void => {
  const { event, stamp } = record;
  if (event === undefined || stamp === undefined || event.firstVisible !== undefined) return;
  event.firstVisible = record;
  event.stamp = stamp;
};
