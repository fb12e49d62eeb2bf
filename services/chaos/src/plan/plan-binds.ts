import type { Random } from '../random';
import { type ScriptPoint, scriptPoints } from '../workers/points';
import type { Bind, Lane } from './actions';
import { type Fault, shareOf } from './levels';
import { size } from './size';

const { groups, typesOfGroup } = size;

/**
 * Spreads the binds of a part over its streams. A stream moves forward once, stopped or live, and perhaps back after
 * that; should there be more moves forward than streams, some go forward again after they went back.
 */
export const planBinds = (share: (fault: Fault) => number, random: Random): readonly Lane[] => {
  const hows = random.shuffle([
    ...Array.from({ length: share('bind-stopped') }, () => 'stopped' as const),
    ...Array.from({ length: share('bind-live') }, () => 'live' as const),
  ]);
  const streams = random.shuffle(
    Array.from({ length: groups * typesOfGroup }, (_, i) => ({
      group: i % groups,
      eventType: Math.floor(i / groups),
    })),
  );
  const forwards = hows.map((how, i) => ({ how, ...at(streams, i) }));
  const backs = Array.from({ length: share('bind-back') }, (_, i) => ({
    how: 'back' as const,
    ...at(forwards.length > 0 ? forwards : streams, i),
  }));
  return lanesOf(withKills([...forwards, ...backs], share('script-kill'), random), random);
};

type Move = Omit<Bind, 'do' | 'kills' | 'awayMs'>;

const at = <T extends Pick<Move, 'group' | 'eventType'>>(
  from: readonly T[],
  index: number,
): Pick<Move, 'group' | 'eventType'> => {
  const { group, eventType } = from[index % from.length] ?? { group: 0, eventType: 0 };
  return { group, eventType };
};

/** Kills at named points, spread over the binds; each kill makes another script necessary. */
const withKills = (moves: readonly Move[], kills: number, random: Random): readonly Bind[] =>
  moves.map((move, i) => ({
    do: 'bind',
    ...move,
    awayMs: move.how === 'stopped' && random.next() < 0.6 ? random.between(9_000, 15_000) : 0,
    kills: Array.from(
      { length: shareOf(kills, i + 1, moves.length) },
      (): ScriptPoint => random.pick(scriptPoints),
    ),
  }));

/** One lane for each group: a group that is stopped for one bind cannot be live for another. */
const lanesOf = (binds: readonly Bind[], random: Random): readonly Lane[] =>
  Array.from({ length: groups }, (_, group) => ({
    name: `binds of group ${group + 1}`,
    steps: binds
      .filter((bind) => bind.group === group)
      .map((action) => ({ afterMs: random.between(1_000, 12_000), action })),
  })).filter(({ steps }) => steps.length > 0);
