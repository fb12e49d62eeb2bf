import type { AtPoint, Point } from './points';

/** What the run tells a worker to do. */
export type Command =
  | { readonly do: 'arm'; readonly point: Point; readonly how?: AtPoint }
  | { readonly do: 'disarm' }
  | { readonly do: 'set-clock'; readonly offsetMs: number }
  | { readonly do: 'stop-group'; readonly group: string }
  | { readonly do: 'start-group'; readonly group: string }
  /** Publishes nothing more; answered once nothing is under way. */
  | { readonly do: 'hush' }
  | { readonly do: 'speak' };

export interface NumberedCommand {
  readonly number: number;
  readonly command: Command;
}

/** What a worker answers. */
export type Answer =
  | { readonly say: 'ready' }
  | { readonly say: 'done'; readonly number: number; readonly error?: string };

export interface CommandSource {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  send?(answer: Answer): unknown;
}

/** Carries commands out one after the other and answers each. Answers `say`, for what the worker tells by itself. */
export const followCommands = (
  source: CommandSource,
  carryOut: (command: Command) => Promise<void> | void,
): ((answer: Answer) => void) => {
  const say = (answer: Answer): void => void source.send?.(answer);
  let last: Promise<void> = Promise.resolve();
  source.on('message', (message) => {
    const { number, command } = message as NumberedCommand;
    last = last
      .then(() => carryOut(command))
      .then(
        () => say({ say: 'done', number }),
        (error: unknown) => say({ say: 'done', number, error: String(error) }),
      );
  });
  return say;
};
