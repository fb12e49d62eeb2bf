import { z } from 'zod';
import { describeSettings, withSection } from './describe-settings';
import { nameSetting, wholeNumberSetting } from './settings';

const schema = z.object({
  NAME: nameSetting('a-1').describe('What it is called.'),
  SIZE: wholeNumberSetting('bytes', { min: 1, max: 9 }).default(3).describe('How large it is.'),
  MODE: z.enum(['a', 'b'], { error: 'a or b' }).optional().describe('How it works.'),
});

describe('the reference of settings', () => {
  it('tells of each setting its meaning, what is expected, and the default', () => {
    expect(describeSettings('thing', schema).split('\n').slice(4, 7)).toEqual([
      expect.stringMatching(/^\| `NAME` \| What it is called\. \| a name such as a-1 .* \| required \|$/),
      '| `SIZE` | How large it is. | bytes, a whole number from 1 to 9 | `3` |',
      '| `MODE` | How it works. | a or b | not set |',
    ]);
  });

  it('replaces the section of one service and leaves the others', () => {
    const document = '# T\n\n## one\n\nold\n\n## two\n\nkept\n';
    expect(withSection(document, '## one\n\nnew\n')).toBe('# T\n\n## one\n\nnew\n\n## two\n\nkept\n');
    expect(withSection(document, '## two\n\nnew\n')).toBe('# T\n\n## one\n\nold\n\n## two\n\nnew\n');
    expect(withSection(document, '## three\n\nnew\n')).toBe(`${document}\n## three\n\nnew\n`);
  });
});
