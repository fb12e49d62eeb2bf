import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  assignment,
  entriesOfMigration,
  joinBytes,
  presenceBytes,
  type ScaleLine,
  scaleLines,
  scaleTable,
} from './scale';

describe('what grows', () => {
  let lines: readonly ScaleLine[] = [];
  beforeAll(() => {
    lines = scaleLines(2_500);
  }, 60_000);

  it('grows as fast as the event types, not faster, in a join and in presence', () => {
    for (const bytesOf of [joinBytes, presenceBytes]) {
      const [few, many] = [bytesOf(100), bytesOf(1_000)];
      expect(many / few).toBeGreaterThan(8);
      expect(many / few).toBeLessThan(10.5);
    }
  });

  it('gives every partition to one member, and all members about as many', () => {
    const { most, fewest } = assignment({ types: 1, partitions: 600, members: 50 });
    expect([fewest, most]).toEqual([24, 24]);
  });

  it('counts the entries of a migration', () => {
    // 2 groups: registered, and a binding of 4 entries and an answer each; announced, retiring, refused, final; 1 publisher; 2 drops
    expect(entriesOfMigration({ groups: 2, members: 1, publishers: 1 })).toBe(2 * (1 + 5) + 4 + 1 + 2);
  });

  it('is shown as a table', () => {
    const table = scaleTable(lines);
    expect(table.split('\n')).toHaveLength(2 + lines.length);
    expect(table).toContain('| fold of the control log | 2,500 entries of 2,000 groups |');
  });

  it('is what the page about scale says, as far as it is not of the machine', () => {
    const page = readFileSync(join(__dirname, '../../../docs/explanation/scale.md'), 'utf8');
    const sizes = lines.filter(({ figure }) => !figure.includes(' ms'));
    expect(sizes.length).toBeGreaterThan(8);
    for (const line of scaleTable(sizes).split('\n')) expect(page).toContain(line);
  });
});
