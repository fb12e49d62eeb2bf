import { type Recovery, summarize } from '../audit/recovery';
import type { Violation, ViolationClass } from '../audit/types';
import { type Counts, type Fault, faults, partsOf } from '../plan/levels';
import type { PartResult } from '../run/play-part';

/** What all parts of a run came to. */
export interface Summary {
  readonly parts: number;
  /** How many parts the run has. */
  readonly allParts: number;
  readonly rows: readonly FaultRow[];
  readonly changeovers: number;
  readonly faults: number;
  readonly published: number;
  readonly handled: number;
  readonly redelivered: number;
  readonly holds: number;
  readonly recovery: Recovery;
  readonly violations: readonly (Violation & { readonly part: number })[];
  readonly counts: Readonly<Record<ViolationClass, number>>;
  readonly surprises: number;
  /** What outbox and inboxes did, or why there were none. */
  readonly edges: Edges | { readonly skipped: string };
}

export type Edges = NonNullable<PartResult['audit']['edges']>;

export interface FaultRow {
  readonly fault: Fault;
  readonly wanted: number;
  readonly done: number;
  readonly skipped: string | undefined;
}

/** Not faults in the last line: changeovers are counted by themselves, malformed records by the thousand. */
const uncounted = /^(bind|malformed)-/;

export const summaryOf = (results: readonly PartResult[], wanted: Counts): Summary => {
  const { one, three } = partsOf(wanted);
  const sum = (of: (result: PartResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const rows = faults.map((fault) => ({
    fault,
    wanted: wanted[fault],
    done: sum(({ done }) => done[fault]),
    skipped: results.map(({ skipped }) => skipped[fault]).find((why) => why !== undefined),
  }));
  const violations = results.flatMap(({ part, audit }) => audit.violations.map((one) => ({ ...one, part })));
  const count = (wantedClass: ViolationClass): number =>
    violations.filter((one) => one.class === wantedClass).length;
  return {
    parts: results.length,
    allParts: one + three,
    rows,
    changeovers: sum(({ audit }) => audit.changeovers),
    faults: rows.reduce((total, { fault, done }) => total + (uncounted.test(fault) ? 0 : done), 0),
    published: sum(({ audit }) => audit.published),
    handled: sum(({ audit }) => audit.handled),
    redelivered: sum(({ audit }) => audit.redelivered),
    holds: sum(({ audit }) => audit.holds),
    recovery: summarize(results.flatMap(({ audit }) => audit.recovery)),
    violations,
    counts: {
      lost: count('lost'),
      doubled: count('doubled'),
      torn: count('torn'),
      'out-of-order': count('out-of-order'),
      stuck: count('stuck'),
      wrong: count('wrong'),
    },
    surprises: sum(({ surprises }) => surprises.length),
    edges: edgesOf(results),
  };
};

/** Parts that had no database, and those of older runs, have no figures. */
const edgesOf = (results: readonly PartResult[]): Summary['edges'] => {
  const all = results.flatMap(({ audit }) => audit.edges ?? []);
  const sum = (of: (edges: Edges) => number): number => all.reduce((total, edges) => total + of(edges), 0);
  if (all.length === 0) {
    const [because = 'no part had a database'] = results.flatMap(
      ({ skipped }) => skipped['relay-kill'] ?? [],
    );
    return { skipped: because };
  }
  return {
    committed: sum(({ committed }) => committed),
    rolledBack: sum(({ rolledBack }) => rolledBack),
    repeated: sum(({ repeated }) => repeated),
    effects: {
      taken: sum(({ effects }) => effects.taken),
      lost: sum(({ effects }) => effects.lost),
      doubled: sum(({ effects }) => effects.doubled),
      outOfOrder: sum(({ effects }) => effects.outOfOrder),
    },
  };
};

/** 1 where a promise was broken, 2 where a whole run lacks faults without a reason, 0 otherwise. */
export const exitOf = ({ violations, rows, parts, allParts }: Summary): 0 | 1 | 2 => {
  if (violations.length > 0) return 1;
  if (parts < allParts) return 0;
  return rows.some(({ wanted, done, skipped }) => done < wanted && skipped === undefined) ? 2 : 0;
};
