import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plantedBugs } from './bugs';
import { editSource, filesOf } from './edit-source';

const root = join(__dirname, '../../../..');
const sourceOf = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('the planted bugs', () => {
  it.each(plantedBugs)('$name fits the sources', (bug) => {
    expect(bug.edits.length).toBeGreaterThan(0);
    for (const file of filesOf(bug)) {
      expect(editSource(bug, file, sourceOf(file))).not.toBe(sourceOf(file));
    }
  });

  it('have names of their own, and say what is wrong', () => {
    expect(new Set(plantedBugs.map(({ name }) => name)).size).toBe(plantedBugs.length);
    for (const { name, says, breaks } of plantedBugs) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(says).toMatch(/^[A-Zc].*\.$/);
      expect(breaks).not.toBe('');
    }
  });

  it('are refused where the text to replace is gone, or is there twice', () => {
    const bug = { name: 'x', says: 'X.', breaks: 'x', edits: [{ file: 'a.ts', find: 'b', replace: 'c' }] };
    expect(editSource(bug, 'a.ts', 'a b')).toBe('a c');
    expect(() => editSource(bug, 'a.ts', 'a')).toThrow('got 0 times');
    expect(() => editSource(bug, 'a.ts', 'b b')).toThrow('got 2 times');
  });
});
