import type { createColors } from 'picocolors';
import type { LoadProgress } from '../load/load';
import { type Phase, type PhaseEntry, phases } from '../story/phases';
import type { HandledCounts } from './handled-counts';

export type Colors = ReturnType<typeof createColors>;

/** What a person sees while the story goes on. */
export interface Scene {
  readonly elapsedMs: number;
  readonly story: readonly Phase[];
  readonly entered: readonly PhaseEntry[];
  readonly load: LoadProgress;
  readonly handled: Readonly<Record<string, HandledCounts>>;
}

/** The whole story so far as lines: every phase with its mark, then the counts. */
export const renderScene = (scene: Scene, colors: Colors): readonly string[] => {
  const current = scene.entered.at(-1)?.phase;
  const lines = scene.story.map((phase) => {
    if (phase === current) return `${colors.cyan('>')} ${colors.bold(phases[phase].title)}`;
    if (scene.entered.some((entry) => entry.phase === phase))
      return `${colors.green('+')} ${phases[phase].title}`;
    return colors.dim(`  ${phases[phase].title}`);
  });
  return ['', ...lines, '', ...renderCounts(scene).map((line) => `  ${line}`), ''];
};

/** The counts as lines of words and numbers. */
export const renderCounts = ({ elapsedMs, load, handled }: Scene): readonly string[] => [
  `${seconds(elapsedMs)}  published ${load.acknowledged} of ${load.total}${load.unanswered > 0 ? `, ${load.unanswered} requests without an answer` : ''}`,
  ...Object.entries(handled).map(
    ([service, counts]) => `${service} handled ${counts['1'] ?? 0} as v1, ${counts['2'] ?? 0} as v2`,
  ),
];

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
