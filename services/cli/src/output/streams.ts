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
}

/** Progress as dim lines among the notes. */
export const createProgress = ({ notes }: Pick<Streams, 'notes'>, style: Style): Progress => ({
  step: (text) => notes(`${style.dim(`… ${text}`)}\n`),
});

/** The client's log among the notes, for `--debug`. */
export const createNotesLogger = ({ notes }: Pick<Streams, 'notes'>, style: Style): Logger => {
  const line = (level: string) => (fields: object, text: string) =>
    notes(`${style.dim(`${level} ${text} ${JSON.stringify(fields)}`)}\n`);
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
};
