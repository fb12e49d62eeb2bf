/** Lets one at a time do something with a named thing. */
export interface Locks {
  hold<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export const createLocks = (): Locks => {
  const last = new Map<string, Promise<unknown>>();
  return {
    hold: (name, work) => {
      const mine = (last.get(name) ?? Promise.resolve()).then(work, work);
      last.set(name, mine);
      return mine;
    },
  };
};
