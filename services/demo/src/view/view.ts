import type { Clock } from '@baton/messaging';
import { type Phase, phases } from '../story/phases';
import { type Colors, renderCounts, renderScene, type Scene } from './render';

/** Shows the story while it goes on. */
export interface View {
  note(text: string): void;
  phase(phase: Phase): void;
  /** Begins to show counts, from now on and until `stop`. */
  follow(scene: () => Scene): void;
  stop(): void;
}

export interface ViewDeps {
  readonly write: (text: string) => void;
  readonly clock: Clock;
  readonly colors: Colors;
}

const repaintMs = 250;
const plainMs = 10_000;

/** One line for every note and phase, and the counts every ten seconds: for logs and pipes. */
export const createPlainView = ({ write, clock, colors }: ViewDeps): View => {
  let scene: (() => Scene) | undefined;
  let cancel = () => {};
  const counts = () => {
    if (scene !== undefined) write(`${renderCounts(scene()).join('; ')}\n`);
  };
  const repeat = () => {
    cancel = clock.after(plainMs, () => {
      counts();
      repeat();
    });
  };
  return {
    note: (text) => write(`${colors.dim(text)}\n`),
    phase: (phase) => {
      counts();
      write(`${colors.cyan('>')} ${phases[phase].title}\n`);
    },
    follow: (show) => {
      scene = show;
      repeat();
    },
    stop: () => {
      cancel();
      counts();
      scene = undefined;
    },
  };
};

const csi = '\u001b[';

/** Repaints phases and counts in place: for a terminal. */
export const createLiveView = ({ write, clock, colors }: ViewDeps): View => {
  let scene: (() => Scene) | undefined;
  let painted = 0;
  let cancel = () => {};
  const paint = () => {
    if (scene === undefined) return;
    const lines = renderScene(scene(), colors);
    const up = painted > 0 ? `${csi}${painted}A` : '';
    write(`${up}${lines.map((line) => `${csi}2K${line}\n`).join('')}`);
    painted = lines.length;
  };
  const repeat = () => {
    cancel = clock.after(repaintMs, () => {
      paint();
      repeat();
    });
  };
  return {
    note: (text) => {
      if (painted === 0) write(`${colors.dim(text)}\n`);
    },
    phase: paint,
    follow: (show) => {
      scene = show;
      paint();
      repeat();
    },
    stop: () => {
      cancel();
      paint();
      scene = undefined;
    },
  };
};
