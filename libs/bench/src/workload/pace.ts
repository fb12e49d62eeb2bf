/** Times how fast something goes on, the first part left out: until then compilers and connections warm up. */
export interface Pace {
  /** So much is done by now. */
  reached(done: number): void;
  /** How much was done in a second, once everything is. */
  readonly perSecond: Promise<number>;
}

export interface PaceOptions {
  readonly total: number;
  /** The part, between 0 and 1, that is not timed. */
  readonly warmUp: number;
  /** Milliseconds. */
  readonly now: () => number;
}

export const createPace = ({ total, warmUp, now }: PaceOptions): Pace => {
  let began: { readonly at: number; readonly done: number } | undefined;
  let finish: (perSecond: number) => void = () => {};
  const perSecond = new Promise<number>((resolve) => {
    finish = resolve;
  });
  return {
    perSecond,
    reached: (done) => {
      if (began === undefined) {
        if (done >= total * warmUp) began = { at: now(), done };
        return;
      }
      if (done >= total) finish(((done - began.done) / (now() - began.at)) * 1_000);
    },
  };
};

/** Rejects if `work` takes longer; a run that stands still must not hold the others up. */
export const within = async <T>(ms: number, what: string, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Expected ${what} within ${ms / 1_000} s.`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
