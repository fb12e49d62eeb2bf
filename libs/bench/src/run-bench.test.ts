import { join } from 'node:path';
import { machine, row } from '../test/results';
import { runInChild } from './child-run';
import type { BenchDocument } from './results';
import { runBench } from './run-bench';

jest.setTimeout(60_000);

const program = join(__dirname, '..', 'test', 'tiny-run.js');
const child = { program, env: process.env, size: 'quick', limitMs: 30_000 } as const;

describe('a run of the benchmarks', () => {
  const play = async (abort: AbortController, contenders: readonly string[]) => {
    const events: string[] = [];
    const kept: BenchDocument[] = [];
    const document = await runBench(
      { rows: [{ ...row, contenders }], size: 'full', rounds: 1 },
      {
        ...{ machine, program, signal: abort.signal, startedAt: new Date(0) },
        startServers: async (needs) => {
          events.push(`start ${[...needs]}`);
          return { env: process.env, stop: async () => void events.push('stop') };
        },
        progress: ({ contender, outcome }) => void events.push(`${contender} ${outcome.kind}`),
        keep: (soFar) => void kept.push(soFar),
      },
    );
    return { events, kept, document };
  };

  it('starts servers, runs each contender in a process of its own, and stops the servers', async () => {
    const { events, document } = await play(new AbortController(), ['baton', 'kafkajs', 'absent']);
    expect(events).toEqual(['start nothing', 'baton figures', 'kafkajs figures', 'absent missing', 'stop']);
    expect(document).toMatchObject({ state: 'complete', rounds: 1, startedAt: '1970-01-01T00:00:00.000Z' });
    expect(document.rows[0]?.contenders[0]?.medians).toEqual({ rate: 101, full: 1 });
    expect(document.rows[0]?.targets.map(({ verdict }) => verdict)).toEqual([
      ...['reached', 'reached', 'not-compared'],
    ]);
  });

  it('stops child and servers when somebody interrupts, and keeps what there is', async () => {
    const abort = new AbortController();
    const running = play(abort, ['endless']);
    setTimeout(() => abort.abort(), 100);
    const { events, kept } = await running;
    expect(events).toEqual(['start nothing', 'stop']);
    expect(kept.at(-1)).toMatchObject({ state: 'interrupted', rows: [] });
  });
});

describe('a run in a process of its own', () => {
  const run = (contender: string, deps: { limitMs?: number } = {}) =>
    runInChild(row, { contender, round: 1 }, { ...child, signal: new AbortController().signal, ...deps });

  it('fails with what the process said last, if there is no result', async () => {
    expect(await run('broken')).toEqual({
      kind: 'failed',
      because: 'It ended without a result.\nit went wrong',
    });
  });

  it('is ended when it takes too long', async () => {
    expect(await run('endless', { limitMs: 300 })).toEqual({
      kind: 'failed',
      because: 'It took longer than 0.3 s.',
    });
  });
});
