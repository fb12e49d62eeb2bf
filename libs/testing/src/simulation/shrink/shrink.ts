/** A list in a plan whose elements may be left out. */
export interface ShrinkableList<P> {
  readonly length: number;
  /** The plan without the elements from `from` up to `to`. */
  without(from: number, to: number): P;
}

/** A number in a plan that may become smaller. */
export interface ShrinkableNumber<P> {
  readonly value: number;
  readonly least: number;
  with(value: number): P;
}

/** Where a plan can become smaller. Asked anew for every plan, in the same order. */
export interface Candidates<P> {
  readonly lists: readonly ((plan: P) => ShrinkableList<P>)[];
  readonly numbers: readonly ((plan: P) => ShrinkableNumber<P>)[];
}

export interface ShrinkOptions<P> {
  readonly candidates: Candidates<P>;
  /** Runs a plan again and says whether it still fails in the way that counts; a rejection counts as no. */
  readonly fails: (plan: P) => Promise<boolean>;
  /** How often `fails` is asked at most. */
  readonly maxRuns?: number;
}

/** The smallest plan that was found, and how many runs that took. */
export interface Shrunk<P> {
  readonly plan: P;
  readonly runs: number;
}

/**
 * Makes a failing plan smaller as long as it fails: leaves out halves of its lists, then smaller parts, then single
 * elements, then makes its numbers smaller, and again from the start until nothing helps.
 */
export const shrink = async <P>(plan: P, options: ShrinkOptions<P>): Promise<Shrunk<P>> => {
  const { candidates, maxRuns = 500 } = options;
  const search = new Search(plan, options.fails, maxRuns);
  let before: P | undefined;
  while (before !== search.smallest && search.mayGoOn()) {
    before = search.smallest;
    for (const list of candidates.lists) await leaveOut(search, list);
    for (const number of candidates.numbers) await makeSmaller(search, number);
  }
  return { plan: search.smallest, runs: search.runs };
};

class Search<P> {
  runs = 0;

  constructor(
    public smallest: P,
    private readonly fails: (plan: P) => Promise<boolean>,
    private readonly maxRuns: number,
  ) {}

  mayGoOn(): boolean {
    return this.runs < this.maxRuns;
  }

  /** Takes a candidate if it fails too. */
  async takes(candidate: P): Promise<boolean> {
    if (!this.mayGoOn()) return false;
    this.runs += 1;
    const failed = await this.fails(candidate).catch(() => false);
    if (failed) this.smallest = candidate;
    return failed;
  }
}

/** From behind, because what comes late rarely makes what failed early. */
const leaveOut = async <P>(search: Search<P>, list: (plan: P) => ShrinkableList<P>): Promise<void> => {
  for (let size = list(search.smallest).length; size >= 1 && search.mayGoOn(); size = Math.floor(size / 2)) {
    let to = list(search.smallest).length;
    while (to > 0 && search.mayGoOn()) {
      const from = Math.max(0, to - size);
      await search.takes(list(search.smallest).without(from, to));
      to = from;
    }
  }
};

/** The least value at once, else ever closer to it by halves. */
const makeSmaller = async <P>(search: Search<P>, number: (plan: P) => ShrinkableNumber<P>): Promise<void> => {
  const { value, least, with: withValue } = number(search.smallest);
  if (value <= least || (await search.takes(withValue(least)))) return;
  let [passes, fails] = [least, value];
  while (fails - passes > 1 && search.mayGoOn()) {
    const middle = Math.floor((passes + fails) / 2);
    if (await search.takes(withValue(middle))) fails = middle;
    else passes = middle;
  }
};
