import type { Clock } from '@baton/messaging';
import type { Observer, StoredRecord } from '../broker/observer';
import type { Happening, HistoryEntry } from './history';

type Joined = Extract<Happening, { kind: 'joined' }>;

/** What a process is in its group, as it was told last. */
export type Membership = Pick<Joined, 'process' | 'group' | 'memberId' | 'generation'>;

/** Writes down what happens, in order, and knows who is a member of what. */
export class Recorder implements Observer {
  readonly history: HistoryEntry[] = [];
  private readonly memberships = new Map<string, Membership>();
  private readonly entryListeners: ((entry: unknown) => void)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly logs: { readonly control: string; readonly presence: string },
  ) {}

  observe(happening: Happening): void {
    if (happening.kind === 'end-read' && this.isOwnLog(happening.topic)) return;
    if (happening.kind === 'joined') this.memberships.set(happening.process, membershipOf(happening));
    this.history.push({ ...happening, at: this.clock.now(), step: this.history.length });
  }

  stored({ value, key, ...record }: StoredRecord): void {
    if (record.topic === this.logs.presence) return;
    if (record.topic === this.logs.control) {
      const entry = parsed(value);
      const { by } = (entry ?? {}) as { by?: unknown };
      this.observe({ kind: 'entry-stored', offset: record.offset, process: String(by), value: entry });
      for (const listener of this.entryListeners) listener(entry);
      return;
    }
    const { n } = (parsed(value) ?? {}) as { n?: unknown };
    this.observe({
      kind: 'record-stored',
      ...record,
      key: key ?? '',
      call: typeof n === 'number' ? n : undefined,
    });
  }

  /** Calls back with every entry of the control log that is stored from now on. */
  onEntry(listener: (entry: unknown) => void): void {
    this.entryListeners.push(listener);
  }

  /** The newest membership of a process; `undefined` before its first. */
  membershipOf(process: string): Membership | undefined {
    return this.memberships.get(process);
  }

  /** A process began anew: it is a member of nothing. */
  forget(process: string): void {
    this.memberships.delete(process);
  }

  /** Says in words what was done to the system. */
  disturb(what: string, process: string | undefined, text: string): void {
    this.observe({ kind: 'disturbed', what, process, text });
  }

  private isOwnLog(topic: string): boolean {
    return topic === this.logs.control || topic === this.logs.presence;
  }
}

const membershipOf = ({ process, group, memberId, generation }: Joined): Membership => ({
  process,
  group,
  memberId,
  generation,
});

const parsed = (value: Buffer | null): unknown => {
  try {
    return value === null ? undefined : JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
};
