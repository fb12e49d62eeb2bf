import { readFile, rename, writeFile } from 'node:fs/promises';
import { BatonError } from '@baton/core';
import { z } from 'zod';
import type { Progress } from './progress';

const count = z.number().int().nonnegative();

const stateSchema = z.object({
  schemaVersion: z.literal(1),
  from: count,
  seeds: count,
  /** Every seed below is done. */
  next: count,
  counts: z.object({
    lost: count,
    doubled: count,
    torn: count,
    'out-of-order': count,
    stuck: count,
    unsafe: count,
  }),
  failing: z.array(
    z.object({
      seed: count,
      violations: z.array(
        z.object({
          kind: z.enum(['lost', 'doubled', 'torn', 'out-of-order', 'stuck', 'unsafe']),
          property: z.string(),
          text: z.string(),
        }),
      ),
    }),
  ),
  cpuMs: z.number(),
  wallMs: z.number(),
});

/** What a resumable run has come to. */
export type SavedState = z.output<typeof stateSchema>;

/** Reads the state of the same run; `undefined` if there is no file. Throws `invalid-argument` for another run's. */
export const readState = async (
  file: string,
  { from, seeds }: Pick<Progress, 'from' | 'seeds'>,
): Promise<SavedState | undefined> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
  const state = parsed(file, text);
  if (state.from === from && state.seeds === seeds) return state;
  throw new BatonError(
    'invalid-argument',
    `Expected ${file} to be the state of seeds ${from} to ${from + seeds - 1}, got that of ${state.from} to ${state.from + state.seeds - 1}. Name another file, or ask for the same seeds.`,
  );
};

/** Writes it whole, or not at all. */
export const writeState = async (file: string, state: SavedState): Promise<void> => {
  await writeFile(`${file}.new`, `${JSON.stringify(state)}\n`);
  await rename(`${file}.new`, file);
};

const parsed = (file: string, text: string): SavedState => {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    throw new BatonError(
      'invalid-argument',
      `Expected ${file} to hold the state of a simulation, got something else. Name another file, or remove it.`,
    );
  }
};
