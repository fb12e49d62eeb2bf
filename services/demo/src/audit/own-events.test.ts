import { ownEvents } from './own-events';
import type { CommittedRecord, Effect } from './types';

const record = (id: string, key: string): CommittedRecord => ({
  version: 1,
  partition: 0,
  id,
  key,
  createdAt: 0,
  publishedVersions: '1',
});
const effect = (id: string, key: string): Effect => ({
  id,
  key,
  version: 1,
  instance: 'reminders-1',
  sequence: 1,
  at: 0,
});

describe('the events of a run', () => {
  it('are those with its keys, and what was done for them', () => {
    const evidence = {
      records: [record('a', 'mine'), record('b', 'theirs')],
      effects: { reminders: [effect('a', 'mine'), effect('b', 'theirs')] },
    };
    expect(ownEvents(evidence, new Set(['mine']))).toEqual({
      records: [record('a', 'mine')],
      effects: { reminders: [effect('a', 'mine')] },
    });
  });

  it('keep an effect that no record explains, whatever its key', () => {
    const effects = { reminders: [effect('ghost', 'theirs')] };
    expect(ownEvents({ records: [], effects }, new Set(['mine'])).effects).toEqual(effects);
  });

  it('keep an effect with a wrong key for an own record', () => {
    const effects = { reminders: [effect('a', 'theirs')] };
    expect(ownEvents({ records: [record('a', 'mine')], effects }, new Set(['mine'])).effects).toEqual(
      effects,
    );
  });
});
