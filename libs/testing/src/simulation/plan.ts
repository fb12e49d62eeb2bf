import { drawSetting } from './draw-setting';
import { drawStory } from './draw-story';
import type { Plan } from './plan-types';
import { createRandom } from './random';

export type * from './plan-types';

/** The plan of a seed: the world, the migration in it, and what goes wrong. */
export const planOf = (seed: number): Plan => {
  const random = createRandom(String(seed));
  const setting = drawSetting(seed, random.fork('setting'));
  const { steps, goals, endsAt } = drawStory(setting, random.fork('story'));
  return { ...setting, steps, goals, faultsOverAt: endsAt };
};
