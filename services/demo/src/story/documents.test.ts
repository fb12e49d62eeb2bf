import { groupsOf, hasHandledAll, logOf, outcomeOf, sinceOf, verdictOf } from './documents';

const document = {
  schemaVersion: 1,
  eventTypes: [
    {
      eventType: 'lending.BooksBorrowed',
      topics: {},
      groups: [
        {
          group: 'reminders-r1',
          state: 'Stable',
          BoundToV2Since: '2026-12-01T00:00:00.000Z',
          versions: { '1': { committed: [3], lag: 0 }, '2': { committed: [null], lag: null } },
          drained: 'no',
          because: ['v1 of partition 0'],
        },
      ],
      publishers: [],
    },
  ],
};

describe('the status of the groups', () => {
  const group = groupsOf(document, 'lending.BooksBorrowed').get('reminders-r1');

  it('is read from the document of the command', () => {
    expect(group).toMatchObject({ drained: 'no', BoundToV2Since: '2026-12-01T00:00:00.000Z' });
    expect(groupsOf(document, 'lending.BooksReturned').size).toBe(0);
  });

  it('says that all is handled only where the lag is known to be none', () => {
    expect(hasHandledAll(group, [1])).toBe(true);
    expect(hasHandledAll(group, [1, 2])).toBe(false);
    expect(hasHandledAll(group, [3])).toBe(false);
    expect(hasHandledAll(undefined, [1])).toBe(false);
  });

  it('is refused where the document has another shape', () => {
    expect(() => groupsOf({ schemaVersion: 2, eventTypes: [] }, 'lending.BooksBorrowed')).toThrow();
  });
});

describe('the answers of the commands', () => {
  it('say since when a group is bound to the version that was asked for', () => {
    const bound = {
      schemaVersion: 1,
      outcome: 'bound',
      version: 1,
      BoundToV1Since: '2026-12-01T00:00:00.000Z',
    };
    expect(sinceOf(bound, '1')).toBe(Date.UTC(2026, 11, 1));
    expect(() => sinceOf(bound, '2')).toThrow();
    expect(() => sinceOf({ ...bound, outcome: 'withdrawn' }, '1')).toThrow();
  });

  it('say why a retirement is refused', () => {
    const refused = { schemaVersion: 1, outcome: 'refused', because: [{ code: 'veto', text: 'Group …' }] };
    expect(outcomeOf(refused)).toMatchObject({ outcome: 'refused', because: ['veto'] });
  });

  it('give a verdict, and are refused where they give another', () => {
    expect(verdictOf({ schemaVersion: 1, verdict: 'not-yet' })).toBe('not-yet');
    expect(() => verdictOf({ schemaVersion: 1, verdict: 'maybe' })).toThrow();
  });

  it('list what was decided, about a group or about everybody', () => {
    const row = { at: '2026-12-01T00:00:00.000Z', by: 'ann@desk', reason: 'why', valid: true };
    const entries = [
      { ...row, kind: 'announced', entry: { from: 1 } },
      { ...row, kind: 'vetoed', entry: { group: 'statistics' } },
    ];
    expect(logOf({ schemaVersion: 1, entries })).toEqual([
      { ...row, kind: 'announced', group: null },
      { ...row, kind: 'vetoed', group: 'statistics' },
    ]);
  });
});
