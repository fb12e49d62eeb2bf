import { createColors } from 'picocolors';

export interface DownloadProgress {
  readonly what: string;
  readonly doneMb: number;
  readonly totalMb: number;
  readonly elapsedMs: number;
}

/** Told what a start is doing. */
export interface Reporter {
  phase(text: string): void;
  progress(progress: DownloadProgress): void;
}

/** Says nothing. */
export const silentReporter: Reporter = { phase: () => {}, progress: () => {} };

export interface ReporterDeps {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly now: () => number;
  readonly color?: boolean;
}

const plainEveryMs = 5_000;

/** One line for each phase; downloads as a bar on a terminal, as a line every five seconds elsewhere. */
export const createReporter = ({ write, isTerminal, now, color = isTerminal }: ReporterDeps): Reporter => {
  const colors = createColors(color);
  const startedAt = now();
  let barShown = false;
  let lastPlain = now();
  const clearBar = () => {
    if (barShown) write('\r\u001b[2K');
    barShown = false;
  };
  return {
    phase: (text) => {
      clearBar();
      write(`${colors.dim(seconds(now() - startedAt))} ${text}\n`);
    },
    progress: (progress) => {
      if (isTerminal) {
        write(`\r\u001b[2K${bar(progress)} ${describe(progress)}`);
        barShown = true;
      } else if (now() - lastPlain >= plainEveryMs) {
        lastPlain = now();
        write(`${seconds(now() - startedAt)} ${describe(progress)}\n`);
      }
    },
  };
};

const describe = ({ what, doneMb, totalMb, elapsedMs }: DownloadProgress): string =>
  `${what}: ${Math.min(doneMb, totalMb).toFixed(0)} of about ${totalMb} MB, ${Math.round(elapsedMs / 1000)} s`;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(5)} s`;

const bar = ({ doneMb, totalMb }: DownloadProgress): string => {
  const filled = Math.round(24 * Math.min(1, doneMb / totalMb));
  return `[${'#'.repeat(filled)}${'.'.repeat(24 - filled)}]`;
};
