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
