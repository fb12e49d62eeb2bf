import { auditPart, type PartAudit } from '../src/audit/audit';
import type { EffectLine, FaultLine, OutboxLine, PartEvidence, ShipmentLine } from '../src/audit/types';
import type { LogLine } from '../src/evidence/read-logs';
import type { Deed, WorkerLine } from '../src/history/lines';

export const eventType = 'r.part1.Shipment1';
export const group = 'r.part1.a1';
const since = 1_000;

/** A small part in which everything went well: four events of one key, two on each side of a cut. */
export class Story {
  readonly workers: WorkerLine[] = [];
  readonly log: LogLine[] = [];
  readonly letters: LogLine[] = [];
  readonly entries: { offset: number; at: number; value: unknown }[] = [];
  readonly faults: FaultLine[] = [];
  undrained: PartEvidence['undrained'] = [];
  outboxTypes: readonly string[] = [];
  readonly shipments: ShipmentLine[] = [];
  readonly outbox: OutboxLine[] = [];
  readonly effects: EffectLine[] = [];
  private time = 0;
  private commits = 0;

  constructor() {
    this.enter(10, { kind: 'group-registered', group, eventType, defaultVersion: 1 });
    this.enter(100, {
      ...{ kind: 'binding-proposed', proposal: 'p', group, eventType, version: 2, by: 's1' },
      ...{ since, decideBy: 2_000, lead: 500, expectedRevision: 1 },
    });
    this.enter(120, { kind: 'binding-listed', proposal: 'p', members: ['m1'] });
    this.enter(130, { kind: 'binding-acknowledged', proposal: 'p', member: 'm1' });
    this.enter(140, { kind: 'binding-confirmed', proposal: 'p' });
    for (const [n, createdAt] of [500, 600, 1_000, 1_100].entries()) {
      this.publish(n + 1, createdAt);
      this.handle(n + 1, createdAt < since ? 1 : 2);
    }
    this.commit('v1', 4);
    this.commit('v2', 4);
  }

  enter(at: number, value: Record<string, unknown>): void {
    this.entries.push({ offset: this.entries.length, at, value });
  }

  did(deed: Deed, worker = 'c1'): void {
    this.time += 1;
    this.workers.push({ ...deed, t: this.time, worker, incarnation: 1 });
  }

  publish(n: number, createdAt: number): void {
    const [note, id] = [`p1/1/${n}`, `e${n}`];
    this.did({ kind: 'publish-called', eventType, key: 'k', note }, 'p1');
    for (const version of [1, 2]) this.store(n, version, createdAt);
    this.did({ kind: 'publish-answered', note, id, createdAt, published: '1,2' }, 'p1');
  }

  store(n: number, version: number, createdAt: number, change: Partial<LogLine> = {}): void {
    const topic = `${eventType}.v${version}`;
    this.log.push({
      ...{ topic, partition: 0, offset: this.log.filter((line) => line.topic === topic).length },
      ...{ kind: 'data', transactionOf: undefined, timestamp: createdAt, key: 'k' },
      headers: {
        ce_id: `e${n}`,
        ce_publishedversions: '1,2',
        ce_time: new Date(createdAt).toISOString(),
      },
      ...change,
    });
  }

  handle(n: number, version: number, worker = 'c1'): void {
    const topic = `${eventType}.v${version}`;
    const offset = this.log.findIndex((line) => line.topic === topic && line.headers.ce_id === `e${n}`);
    const call = { group, topic, partition: 0, offset, id: `e${n}`, key: 'k', version, note: `p1/1/${n}` };
    this.did({ kind: 'handler-began', ...call, attempt: 1 }, worker);
    this.did({ kind: 'handler-ended', ...call, attempt: 1 }, worker);
  }

  commit(version: 'v1' | 'v2', offset: number): void {
    this.commits += 1;
    const { commits: commit } = this;
    this.did({
      ...{ kind: 'commit-called', commit, group, generation: 1 },
      offsets: [[`${eventType}.${version}`, 0, offset]],
    });
    this.did({ kind: 'commit-ended', commit, outcome: 'taken' });
  }

  /** Leaves out what handlers did with an event. */
  forget(n: number): void {
    const kept = this.workers.filter((line) => !('id' in line && line.id === `e${n}` && 'group' in line));
    this.workers.splice(0, this.workers.length, ...kept);
  }

  /** Lets the four events come out of an outbox, and their handlers take effect in an inbox. */
  withDatabase(): this {
    this.outboxTypes = [eventType];
    for (const [i, createdAt] of [500, 600, 1_000, 1_100].entries()) {
      this.write(i + 1, createdAt);
      this.effect(i + 1, createdAt < since ? 1 : 2);
    }
    return this;
  }

  write(n: number, createdAt: number): void {
    const [id, note] = [`e${n}`, `p1/1/${n}`];
    this.shipments.push({ n, id, eventType, key: 'k', note });
    this.outbox.push({ id, eventType, state: 'sent', stamp: { createdAt, partition: 0, published: '1,2' } });
    this.did({ kind: 'row-committed', note, id }, 'p1');
  }

  effect(n: number, version: number): void {
    const [id, note] = [`e${n}`, `p1/1/${n}`];
    const place = { n: this.effects.length + 1, group, id, eventType, key: 'k' };
    this.effects.push({ ...place, version, note, worker: 'c1/1' });
  }

  audit(): PartAudit {
    const { workers, log, letters, entries, faults, undrained, outboxTypes, shipments, outbox, effects } =
      this;
    const inbox = outboxTypes.length > 0 ? 'inbox' : 'none';
    return auditPart({
      eventTypes: [eventType],
      groups: [{ group, eventTypes: [eventType], effects: inbox }],
      ...{ workers, log, letters, entries, faults, undrained, outboxTypes, shipments, outbox, effects },
    });
  }

  checks(): readonly string[] {
    return [...new Set(this.audit().violations.map((one) => `${one.class}: ${one.check}`))];
  }
}

/** What the audit finds after a change to the story. */
export const after = (change: (story: Story) => void): readonly string[] => {
  const story = new Story();
  change(story);
  return story.checks();
};
