import type { Figures, Row, Size } from './row';
import { PeerMissing } from './row';

/** What one run of one contender came to; one line of JSON on standard output. */
export type Outcome =
  | { readonly kind: 'figures'; readonly figures: Figures }
  | { readonly kind: 'missing'; readonly because: string }
  | { readonly kind: 'failed'; readonly because: string };

/** What `bin/one-run.js` is called with: ROW CONTENDER ROUND SIZE. */
export const runOnce = async (
  rows: readonly Row[],
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Outcome> => {
  const [name, contender = '', round, size] = args;
  const row = rows.find((one) => one.name === name);
  if (row === undefined || !row.contenders.includes(contender)) {
    return { kind: 'failed', because: `There is no contender "${contender}" of a row "${name}".` };
  }
  try {
    return checked(await row.run(contender, { size: sizeOf(size), env, round: Number(round) }));
  } catch (error) {
    if (error instanceof PeerMissing) return { kind: 'missing', because: error.message };
    return {
      kind: 'failed',
      because: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
};

/** A figure that could not be computed must not pass as one that nobody asked for. */
const checked = (figures: Figures): Outcome => {
  const broken = Object.keys(figures).filter((measure) => !Number.isFinite(figures[measure]));
  if (broken.length === 0) return { kind: 'figures', figures };
  return { kind: 'failed', because: `Nothing was measured for ${broken.join(', ')}.` };
};

const sizeOf = (text: string | undefined): Size => (text === 'quick' ? 'quick' : 'full');
