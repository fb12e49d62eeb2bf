import { version } from '@baton/core';
import {
  type CertificateAbout,
  type ControlState,
  certify,
  deprecationOf,
  eventTypeState,
  foldEntries,
  type LoggedEntry,
  sign,
  type UnsignedEntry,
} from '../src/index';

export const eventType = 'lending.BooksBorrowed';
export const [v1, v2, v3] = [version(1), version(2), version(3)];
export const group = 'reminders';
export const deadline = 1000;

export type Row = readonly [at: number, entry: UnsignedEntry];

export const certificate = (
  question: CertificateAbout['question'],
  verdict: 'safe' | 'unknown' = 'safe',
  of?: string,
) =>
  certify({
    about: { question, eventType, version: v1, ...(of === undefined ? {} : { group: of }) },
    verdict,
    evidence: [{ fact: 'deadline', value: 'passed', at: 1 }],
    by: 'script',
    at: 1,
  });

export const about = { eventType, version: v1 };
export const announced = (change: object = {}): UnsignedEntry => ({
  kind: 'announced',
  eventType,
  from: v1,
  to: v2,
  deadline,
  expectedRevision: 0,
  ...change,
});
export const moved = (to: number, expectedRevision = 1): UnsignedEntry => ({
  kind: 'deadline-moved',
  ...about,
  deadline: to,
  expectedRevision,
});
export const vetoed = (until: number, by = group): UnsignedEntry => ({
  kind: 'vetoed',
  ...about,
  group: by,
  until,
});
export const withdrawn: UnsignedEntry = { kind: 'veto-withdrawn', ...about, group };
export const retiring = (expectedRevision: number, change: object = {}): UnsignedEntry => ({
  kind: 'retiring',
  ...about,
  publishers: ['a', 'b'],
  certificate: certificate('stop'),
  expectedRevision,
  ...change,
});
export const acknowledged = (publisher: string, attempt = 1): UnsignedEntry => ({
  kind: 'retiring-acknowledged',
  ...about,
  publisher,
  attempt,
});
export const givenUp = (expectedRevision: number): UnsignedEntry => ({
  kind: 'retiring-withdrawn',
  ...about,
  expectedRevision,
});
export const refused: UnsignedEntry = { kind: 'writes-refused', ...about, how: 'acl' };
export const final = (change: object = {}): UnsignedEntry => ({
  kind: 'final',
  ...about,
  ends: [3, 4],
  certificate: certificate('final'),
  ...change,
});
export const dropped = (change: object = {}): UnsignedEntry => ({
  kind: 'dropped',
  ...about,
  group,
  early: false,
  certificate: certificate('drop', 'safe', group),
  ...change,
});
export const registered: UnsignedEntry = {
  kind: 'group-registered',
  group,
  eventType,
  defaultVersion: v1,
  handles: [v1, v2],
};
export const bindTo = (to: typeof v1, since: number, expectedRevision: number): UnsignedEntry[] => [
  {
    kind: 'binding-proposed',
    proposal: `to ${to} from ${since}`,
    group,
    eventType,
    version: to,
    since,
    decideBy: since + 100,
    lead: 10,
    expectedRevision,
  },
  { kind: 'binding-listed', proposal: `to ${to} from ${since}`, members: [] },
  { kind: 'binding-confirmed', proposal: `to ${to} from ${since}` },
];

export const logOf = (rows: readonly Row[]): LoggedEntry[] =>
  rows.map(([at, entry], offset) => ({ offset, at, value: sign(entry, { by: 'script', reason: 'test' }) }));
export const fold = (...rows: Row[]): ControlState => foldEntries(logOf(rows));
export const own = (state: ControlState) => deprecationOf(state, eventType, v1);
export const lastVerdict = (state: ControlState) => eventTypeState(state, eventType).history.at(-1)?.verdict;

export const toRetiring: Row[] = [
  [1, announced()],
  [deadline, retiring(1)],
];
export const toRefused: Row[] = [
  ...toRetiring,
  [1001, acknowledged('a')],
  [1002, acknowledged('b')],
  [1003, refused],
];
export const toFinal: Row[] = [...toRefused, [1004, final()]];
export const bound: Row[] = [[2, registered], ...bindTo(v2, 100, 1).map((entry, i): Row => [3 + i, entry])];
