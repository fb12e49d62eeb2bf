import { emptyState, foldEntries } from '@baton/control';
import { controlEntries, entriesOfBinding } from './control-entries';

const fold = (entries: number, groups: number, members: number) =>
  foldEntries(
    [...controlEntries({ entries, groups, members }, 100_000)].map((value, offset) => ({
      offset,
      at: 0,
      value: JSON.parse(JSON.stringify(value)),
    })),
    emptyState,
  );

describe('the entries of a long life', () => {
  it('are as many as asked for, and none is void', () => {
    const state = fold(1_000, 20, 2);
    expect(state.entries).toBe(1_000);
    expect(state.voids).toBe(0);
    expect(state.groups.size).toBe(20);
  });

  it('bind each group again and again', () => {
    const rounds = 5;
    const state = fold(3 + 3 * rounds * entriesOfBinding(2), 3, 2);
    expect([...state.groups.values()].map(({ timeline }) => timeline?.length)).toEqual([6, 6, 6]);
  });
});
