import { row } from '../test/results';
import type { Outcome } from './one-run';
import type { RowResult } from './results';
import { chosenRows, runRows } from './run-rows';

const figures: Outcome = { kind: 'figures', figures: { rate: 1 } };

const play = async (
  outcomeOf: (contender: string, round: number) => Outcome = () => figures,
  { size = 'full', interruptAfter = Infinity }: { size?: 'full' | 'quick'; interruptAfter?: number } = {},
) => {
  const ran: string[] = [];
  const kept: (readonly RowResult[])[] = [];
  const results = await runRows(
    { rows: [row, { ...row, name: 'second', quickContenders: ['baton'] }], size, rounds: 2 },
    {
      runOne: async ({ name }, contender, round) => {
        ran.push(`${name} ${round} ${contender}`);
        return outcomeOf(contender, round);
      },
      isInterrupted: () => ran.length >= interruptAfter,
      progress: () => {},
      keep: (soFar) => kept.push([...soFar]),
    },
  );
  return { ran, kept, results };
};

describe('the rounds of a row', () => {
  it('take each contender once, every other one in the opposite order', async () => {
    const { ran } = await play();
    expect(ran.slice(0, 6)).toEqual([
      'tiny 1 baton',
      'tiny 1 kafkajs',
      'tiny 1 absent',
      'tiny 2 absent',
      'tiny 2 kafkajs',
      'tiny 2 baton',
    ]);
  });

  it('ask for a contender that is missing once only', async () => {
    const { ran, results } = await play((contender) =>
      contender === 'absent' ? { kind: 'missing', because: 'not installed' } : figures,
    );
    expect(ran.filter((run) => run.startsWith('tiny') && run.endsWith('absent'))).toHaveLength(1);
    expect(results[0]?.contenders[2]?.missing).toBe('not installed');
  });

  it('go on after a run that failed', async () => {
    const { results } = await play((_, round) =>
      round === 1 ? { kind: 'failed', because: 'away' } : figures,
    );
    expect(results[0]?.contenders[0]).toMatchObject({ failures: ['away'], medians: { rate: 1 } });
  });

  it('take fewer contenders in a quick run, where a row says so', async () => {
    const { ran } = await play(() => figures, { size: 'quick' });
    expect(ran.filter((run) => run.startsWith('second'))).toEqual(['second 1 baton', 'second 2 baton']);
  });

  it('end when somebody interrupts, and keep what there is', async () => {
    const { ran, results, kept } = await play(() => figures, { interruptAfter: 8 });
    expect(ran).toHaveLength(8);
    expect(results.map(({ name }) => name)).toEqual(['tiny', 'second']);
    expect(kept.at(-1)).toEqual(results);
  });
});

describe('rows that somebody names', () => {
  const hidden = { ...row, name: 'hidden', quickContenders: [] };

  it('run in a quick run although they are left out otherwise', () => {
    expect(chosenRows([row, hidden], ['hidden'])).toEqual([
      expect.not.objectContaining({ quickContenders: [] }),
    ]);
  });
});
