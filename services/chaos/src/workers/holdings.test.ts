import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** In a process of its own: what other tests left behind in this one goes in its own time. */
const script = `
  const { holdingsNow } = require('./holdings.js');
  const before = holdingsNow().heap;
  const kept = [Array.from({ length: 5_000_000 }, (_, i) => i / 2)];
  const full = holdingsNow().heap;
  kept.pop();
  console.log(JSON.stringify({ kept: full - before, afterwards: holdingsNow().heap - before }));
`;

describe('what a process holds', () => {
  it('counts what it keeps, and no garbage', () => {
    const cwd = join(__dirname, '../../dist/workers');
    const { kept, afterwards } = JSON.parse(
      execFileSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8' }),
    );
    expect(kept).toBeGreaterThan(39_000_000);
    expect(afterwards).toBeLessThan(1_000_000);
  });
});
