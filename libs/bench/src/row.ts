/** Figures of one run of one contender, by name of the measure; the unit belongs to the measure. */
export type Figures = Readonly<Record<string, number>>;

/** Figures by contender; a contender that is missing, or failed in every round, is not in it. */
export type Medians = ReadonlyMap<string, Figures>;

/** What is measured, and in which direction it is better. */
export interface Measure {
  readonly name: string;
  readonly title: string;
  /** As printed behind the figure: `events/s`, `ms`, `ns`, `MB`. */
  readonly unit: string;
  readonly better: 'higher' | 'lower';
}

/** What is to be reached; `measure` says which one it is about. */
export interface Target {
  readonly measure: string;
  /** The claim in words, such as `at least 0.95 of hand-written kafkajs`. */
  readonly text: string;
  /** Judged on the medians of all contenders; undefined is "not compared": a peer, or a figure of one, is missing. */
  met(medians: Medians): boolean | undefined;
  /** The generous floor of a quick run. It judges ratios of one and the same run only, never absolute figures. */
  floor?(medians: Medians): boolean | undefined;
  /** The reason found by profiling why it is not reached, if it is known not to be; the reference page prints it. */
  readonly because?: string;
}

/** `full` is what the reference page is made of; `quick` is over within a few seconds a contender. */
export type Size = 'full' | 'quick';

/**
 * Where a run takes place.
 * `env` holds `KAFKA_BROKERS` and `SCHEMA_REGISTRY_URL` for rows that need a broker, `DATABASE_URL` for rows that need
 * PostgreSQL, and `BATON_BENCH_PEERS`, the folder where peers are installed (see `peers.ts`).
 */
export interface World {
  readonly size: Size;
  readonly env: NodeJS.ProcessEnv;
  /** 1, 2, 3 …; broker and database are shared by all runs, so names (topics, groups, tables) come from `uniqueName`. */
  readonly round: number;
}

/** One line of the table: contenders that do the same, measured the same way. */
export interface Row {
  /** Short, in kebab case: what `--only` takes. */
  readonly name: string;
  readonly title: string;
  /** `postgres` is broker, registry and PostgreSQL. */
  readonly needs: 'nothing' | 'broker' | 'postgres';
  readonly measures: readonly Measure[];
  /** In the order in which they run within a round; the first one is Baton. A row without peers may name its variants. */
  readonly contenders: readonly string[];
  readonly targets: readonly Target[];
  /** How it is measured, in a sentence or two; the reference page and the HTML page print it. */
  readonly how?: string;
  /** Left out: all contenders run in a quick run too. An empty list leaves the row out of quick runs. */
  readonly quickContenders?: readonly string[];
  /**
   * Runs one contender once, in a fresh process made for it. Throws `PeerMissing` if the contender is not installed
   * here; any other error counts as a failed run of this contender and is shown, and the others go on.
   */
  run(contender: string, world: World): Promise<Figures>;
}

/** A contender that is not there; `message` says what is to be installed. */
export class PeerMissing extends Error {
  override readonly name = 'PeerMissing';
}
