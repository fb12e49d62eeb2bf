import type { HistoryEntry } from '../../history';
import { foldEntry } from '../fold/fold';
import { emptyFold, type Proposal } from '../fold/state';
import { type LoggedEntry, never, type PromisePeriod, type SeenTimeline, type Verdict } from './types';

type Of<K extends HistoryEntry['kind']> = Extract<HistoryEntry, { kind: K }>;

/** Reads what was decided: the control log, who read it when, and what was made of it. */
export class ControlReader {
  readonly fold = emptyFold();
  readonly entries: LoggedEntry[] = [];
  readonly periods: PromisePeriod[] = [];
  readonly timelines: SeenTimeline[] = [];
  readonly verdicts: Verdict[] = [];
  /** When each script began. */
  private readonly scripts = new Map<string, number>();
  private readonly byOffset = new Map<number, LoggedEntry>();
  private readonly promises = new Map<string, Map<Proposal, PromisePeriod>>();

  stored({ step, at, offset, process, value }: Of<'entry-stored'>): void {
    const logged = { offset, at, step, process };
    const entry = { logged, value, effect: foldEntry(this.fold, value, logged) };
    this.entries.push(entry);
    this.byOffset.set(offset, entry);
  }

  delivered({ step, process, offset }: Of<'entry-delivered'>): void {
    const effect = this.byOffset.get(offset)?.effect;
    if (effect === undefined || effect.kind === 'void' || effect.kind === 'other') return;
    const { proposal } = effect;
    const open = this.promises.get(process)?.get(proposal);
    if (effect.kind === 'proposed') this.begin(process, proposal, step);
    if (effect.kind === 'decided' && open !== undefined && open.until === never) open.until = step;
  }

  /** What a process promised ends with it. */
  disturbed({ step, what, process }: Of<'disturbed'>): void {
    if (process === undefined) return;
    if (what === 'script') this.scripts.set(process, step);
    if (what !== 'start') return;
    for (const period of this.promises.get(process)?.values() ?? [])
      if (period.until === never) period.until = step;
  }

  seen({ step, process, group, eventType, read, timeline }: Of<'timeline-seen'>): void {
    this.timelines.push({ step, process, group, eventType, read, timeline });
  }

  verdict(entry: Of<'verdict-given'>): void {
    this.verdicts.push({ ...entry, askedFrom: this.scripts.get(entry.process) ?? -1 });
  }

  /** A process that started anew reads the log again: what it promised before is over. */
  private begin(process: string, proposal: Proposal, step: number): void {
    let own = this.promises.get(process);
    if (own === undefined) {
      own = new Map();
      this.promises.set(process, own);
    }
    const before = own.get(proposal);
    if (before !== undefined && before.until === never) before.until = step;
    const period: PromisePeriod = { process, proposal, from: step, until: never };
    own.set(proposal, period);
    this.periods.push(period);
  }
}
