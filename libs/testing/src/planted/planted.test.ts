import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { plantedBugs } from './bugs';
import type { PlantedReport } from './report';

const bin = join(__dirname, '../../bin/planted.js');

const runPlanted = (
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly out: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out }));
  });

describe('the simulation', () => {
  it('catches every planted bug, and nothing where none is', async () => {
    const { code, out } = await runPlanted(['-o', 'json']);
    const report: PlantedReport = JSON.parse(out);
    const missed = report.bugs.filter(({ found }) => found.kind !== 'caught').map(({ name }) => name);
    expect(missed).toEqual([]);
    expect(report.control.filter(({ kind }) => kind !== 'nothing')).toEqual([]);
    expect(report.caught).toBe(plantedBugs.length);
    expect(code).toBe(0);
  }, 1_200_000);

  it('is asked about known bugs only', async () => {
    expect((await runPlanted(['--bug', 'no-such-bug'])).code).toBe(2);
  }, 60_000);
});
