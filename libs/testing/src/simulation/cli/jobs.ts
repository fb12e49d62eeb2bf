import { explain } from './explain';
import { runPart } from './part';
import type { Part } from './tally';

/** What a worker can be asked for. */
export type Job =
  | { readonly kind: 'part'; readonly from: number; readonly seeds: number }
  /** Shrinks a failing seed and tells it in words. */
  | { readonly kind: 'explain'; readonly seed: number };

export type Answer =
  | { readonly kind: 'part'; readonly part: Part }
  | { readonly kind: 'explained'; readonly text: string }
  | { readonly kind: 'broken'; readonly text: string };

/** Does jobs; what breaks the simulator itself comes back as an answer. */
export const createWorker =
  (cpuMs: () => number) =>
  async (job: Job): Promise<Answer> => {
    try {
      if (job.kind === 'part') return { kind: 'part', part: await runPart(job, cpuMs) };
      return { kind: 'explained', text: await explain(job.seed, cpuMs) };
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { kind: 'broken', text: `${JSON.stringify(job)}: ${text}` };
    }
  };
