import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startStack } from '@baton/dev-stack';
import { systemClock } from '@baton/messaging';
import { countsOf } from './plan/levels';
import { planPart } from './plan/plan-part';
import { createRandom } from './random';
import { playPart } from './run/play-part';
import { openCluster } from './stage/cluster';

const root = resolve(__dirname, '..', '..', '..');
const main = async () => {
  const run = `r${Date.now().toString(36)}`;
  const folder = process.argv[2] ?? join(root, '.baton', 'chaos', run);
  mkdirSync(folder, { recursive: true });
  const stack = await startStack({ root, env: process.env, name: 'chaos', ephemeral: true });
  const cluster = await openCluster(stack, { clock: systemClock, random: createRandom(1).next, run });
  try {
    const plan = planPart({ counts: countsOf('pr'), part: 1, seed: 1 });
    const lanes = plan.lanes.map((lane) => ({
      ...lane,
      steps: lane.steps.slice(0, Number(process.argv[3] ?? 1)),
    }));
    const result = await playPart(
      { ...plan, lanes },
      {
        run,
        cluster,
        folder: join(folder, 'part-001'),
        programs: join(__dirname, 'workers'),
        env: process.env,
        clock: systemClock,
        rate: 120,
        onPhase: (p) => process.stderr.write(`${new Date().toISOString()} ${p}\n`),
        onFaults: (f) => process.stderr.write(`${JSON.stringify(f.lines.at(-1))}\n`),
        interrupted: new Promise<never>(() => {}),
      },
    );
    const { violations, recovery, ...rest } = result.audit;
    process.stdout.write(`${JSON.stringify({ ...result, audit: rest }, null, 1)}\n`);
    for (const v of violations.slice(0, 60)) process.stdout.write(`${v.class} ${v.check} ${v.text}\n`);
    process.stdout.write(`${violations.length} violations\n`);
  } finally {
    await cluster.close();
    await stack.stop();
  }
};
void main();
