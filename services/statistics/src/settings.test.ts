import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSettings, withSection } from '@baton/service-kit';
import { statisticsSettings } from './settings';

const page = join(__dirname, '../../../docs/reference/configuration.md');

describe('the settings of statistics', () => {
  it('are documented as they are (to write them anew, run this test with UPDATE_DOCS=1)', () => {
    const document = readFileSync(page, 'utf8');
    const fresh = withSection(document, describeSettings('statistics', statisticsSettings));
    if (process.env.UPDATE_DOCS === '1') writeFileSync(page, fresh);
    expect(readFileSync(page, 'utf8')).toBe(fresh);
  });
});
