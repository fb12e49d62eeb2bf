/** A replacement in one source file. */
export interface Edit {
  /** Relative to the root of the repository. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A fault that somebody could make, put into the sources for one run: it shows that the simulation would find it. */
export interface PlantedBug {
  readonly name: string;
  /** What is wrong, in one sentence. */
  readonly says: string;
  /** The promise or property that does not hold any more. */
  readonly breaks: string;
  readonly edits: readonly Edit[];
  /** A seed that shows it, where those before are many and show nothing: searches begin here unless told otherwise. */
  readonly firstSeed?: number;
}
