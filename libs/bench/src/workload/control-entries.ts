import { type ControlEntry, sign } from '@baton/control';
import { version } from '@baton/core';

const by = { by: 'bench', reason: 'measured' };
const [lead, minute] = [12_000, 60_000];

/** How one log of entries is made up. */
export interface EntriesPlan {
  readonly entries: number;
  /** How many groups are spoken of, each of one event type. */
  readonly groups: number;
  /** How many members answer each proposal. */
  readonly members: number;
}

/**
 * Entries as a long life of a platform leaves them: groups register and are then bound to and fro, one after the
 * other, each binding asked for, proposed, listed, acknowledged by every member and confirmed. All of them are valid
 * if the first is logged before `from` and none later than a minute before its own instant.
 */
export function* controlEntries(
  { entries, groups, members }: EntriesPlan,
  from: number,
): Generator<ControlEntry> {
  let left = entries;
  for (const entry of endless({ groups, members }, from)) {
    if (left === 0) return;
    left -= 1;
    yield entry;
  }
}

/** How many entries one binding takes. */
export const entriesOfBinding = (members: number): number => 4 + members;

function* endless({ groups, members }: Omit<EntriesPlan, 'entries'>, from: number): Generator<ControlEntry> {
  for (let n = 0; n < groups; n += 1) yield registered(n);
  for (let round = 0; ; round += 1) {
    for (let n = 0; n < groups; n += 1) yield* binding({ n, round, members }, from);
  }
}

const about = (n: number) => ({ group: `group-${n}`, eventType: `bench.Type${n % 200}` });

const registered = (n: number): ControlEntry =>
  sign(
    { kind: 'group-registered', ...about(n), defaultVersion: version(1), handles: [1, 2].map(version) },
    by,
  );

function* binding(
  { n, round, members }: { readonly n: number; readonly round: number; readonly members: number },
  from: number,
): Generator<ControlEntry> {
  const proposal = `proposal-${round}-${n}`;
  const to = version(round % 2 === 0 ? 2 : 1);
  const since = from + (round + 1) * minute;
  // registering raised the revision once, and each binding before this one three times: proposed, listed, confirmed
  const terms = {
    version: to,
    since,
    decideBy: since + 10_000,
    lead,
    expectedRevision: 1 + 3 * round,
  };
  const names = Array.from({ length: members }, (_, i) => `group-${n}-member-${i}`);
  yield sign({ kind: 'binding-requested', ...about(n), version: to }, by);
  yield sign({ kind: 'binding-proposed', proposal, ...about(n), ...terms }, by);
  yield sign({ kind: 'binding-listed', proposal, members: names }, by);
  for (const member of names) yield sign({ kind: 'binding-acknowledged', proposal, member }, by);
  yield sign({ kind: 'binding-confirmed', proposal }, by);
}
