import { groupsOf, hasHandledAll } from './status';

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
