import type { Logger } from '@baton/messaging';
import type { Style } from './style';

/** Where a command writes: its document to `data`, everything else to `notes`. */
export interface Streams {
  readonly data: (text: string) => void;
  readonly notes: (text: string) => void;
}

/** Says what a long command is doing. */
export interface Progress {
  step(text: string): void;
  /** How far it has come: a bar that is drawn anew each time, on terminals only. */
  bar(done: number, of: number, what: string): void;
}

const barWidth = 24;

/** Progress as dim lines among the notes, and as bars where they are a terminal. */
export const createProgress = (
  { notes }: Pick<Streams, 'notes'>,
  { style, bars }: { readonly style: Style; readonly bars: boolean },
): Progress => {
  let drawn = '';
  const clear = (): void => {
    if (drawn !== '') notes('\r\u001b[K');
    drawn = '';
  };
  return {
    step: (text) => {
      clear();
      notes(`${style.dim(`… ${text}`)}\n`);
    },
    bar: (done, of, what) => {
      if (!bars) return;
      const share = of === 0 ? 1 : Math.min(1, done / of);
      const filled = Math.round(share * barWidth);
      const next = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${done}/${of} ${what}`;
      if (next === drawn) return;
      clear();
      if (done >= of) return;
      notes(next);
      drawn = next;
    },
  };
};

/** The client's log among the notes, for `--debug`. */
export const createNotesLogger = ({ notes }: Pick<Streams, 'notes'>, style: Style): Logger => {
  const line = (level: string) => (fields: object, text: string) =>
    notes(`${style.dim(`${level} ${text} ${JSON.stringify(fields)}`)}\n`);
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
};
