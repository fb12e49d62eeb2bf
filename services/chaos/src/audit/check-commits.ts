import { groupBy } from '@baton/demo';
import type { WorkerLine } from '../history/lines';
import type { Handling } from './check-handlings';
import type { Message } from './committed';
import { type Bindings, responsible, streamOf } from './timelines';
import type { Violation } from './types';

/** One committed offset of one call. */
interface Commit {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly calledAt: number;
  readonly takenAt: number | undefined;
  readonly worker: string;
}

export interface CommitInput {
  readonly workers: readonly WorkerLine[];
  readonly messages: readonly Message[];
  readonly handlings: readonly Handling[];
  readonly bindings: ReadonlyMap<string, Bindings>;
}

/** No offset is committed beyond what was handled before, and none goes back. */
export const checkCommits = (input: CommitInput): readonly Violation[] => {
  const handledAt = firstEnds(input.handlings);
  const messages = groupBy(input.messages, ({ topic, partition }) => `${topic}/${partition}`);
  return [...groupBy(commitsOf(input.workers), placeOf)].flatMap(([place, commits]) => {
    const [{ group, topic, partition } = { group: '', topic: '', partition: 0 }] = commits;
    const owed = (messages.get(`${topic}/${partition}`) ?? [])
      .filter((message) => countsHere(message, input.bindings.get(streamOf(group, message.eventType)) ?? []))
      .map(({ offset, id }) => ({ offset, at: handledAt.get(`${group} ${topic} ${id}`) ?? Infinity }))
      .sort((a, b) => a.offset - b.offset);
    return [...beyondHandled(place, commits, owed), ...backwards(place, commits)];
  });
};

const placeOf = ({ group, topic, partition }: Commit): string => `${group} ${topic}/${partition}`;

const countsHere = (message: Message, bindings: Bindings): boolean =>
  responsible(bindings, message) === message.version;

const firstEnds = (handlings: readonly Handling[]): ReadonlyMap<string, number> => {
  const ends = new Map<string, number>();
  for (const { kind, group, topic, id, t } of handlings) {
    if (kind !== 'handler-ended') continue;
    const name = `${group} ${topic} ${id}`;
    ends.set(name, Math.min(t, ends.get(name) ?? Number.POSITIVE_INFINITY));
  }
  return ends;
};

const commitsOf = (lines: readonly WorkerLine[]): readonly Commit[] => {
  const taken = new Map<string, number>();
  const nameOf = (line: WorkerLine & { readonly commit: number }): string =>
    `${line.worker}/${line.incarnation}/${line.commit}`;
  for (const line of lines) {
    if (line.kind === 'commit-ended' && line.outcome === 'taken') taken.set(nameOf(line), line.t);
  }
  return lines.flatMap((line) =>
    line.kind === 'commit-called'
      ? line.offsets.map(([topic, partition, offset]) => ({
          ...{ group: line.group, topic, partition, offset, calledAt: line.t },
          takenAt: taken.get(nameOf(line)),
          worker: `${line.worker}/${line.incarnation}`,
        }))
      : [],
  );
};

const beyondHandled = (
  place: string,
  commits: readonly Commit[],
  owed: readonly { readonly offset: number; readonly at: number }[],
): readonly Violation[] => {
  const byOffset = [...commits].sort((a, b) => a.offset - b.offset);
  const found: Violation[] = [];
  let next = 0;
  let latest = { offset: -1, at: Number.NEGATIVE_INFINITY };
  for (const { offset, calledAt, worker } of byOffset) {
    for (let one = owed[next]; one !== undefined && one.offset < offset; one = owed[next]) {
      if (one.at > latest.at) latest = one;
      next += 1;
    }
    if (latest.at <= calledAt) continue;
    const text = `${place}: ${worker} committed ${offset} although ${latest.offset} was not handled yet`;
    found.push({ class: 'wrong', check: 'committed-is-handled', text });
  }
  return found;
};

const backwards = (place: string, commits: readonly Commit[]): readonly Violation[] => {
  const events = commits.flatMap((commit) =>
    commit.takenAt === undefined
      ? []
      : [
          { at: commit.calledAt, kind: 'called' as const, commit },
          { at: commit.takenAt, kind: 'taken' as const, commit },
        ],
  );
  const found: Violation[] = [];
  let highest = -1;
  for (const { kind, commit } of events.sort((a, b) => a.at - b.at)) {
    if (kind === 'taken') highest = Math.max(highest, commit.offset);
    else if (commit.offset < highest) {
      const text = `${place}: ${commit.worker} committed ${commit.offset} after ${highest}`;
      found.push({ class: 'wrong', check: 'commits-go-forward', text });
    }
  }
  return found;
};
