import { drawCorners } from './draw-corners';
import { drawFaults } from './draw-faults';
import { drawInbox, drawInboxFaults } from './draw-inbox';
import { drawOutboxFaults } from './draw-outbox';
import { drawSetting } from './draw-setting';
import { drawStory } from './draw-story';
import type { Plan } from './plan-types';
import { createRandom } from './random';

export type * from './plan-types';

/** The plan of a seed: the world, the migration in it, and what goes wrong. */
export const planOf = (seed: number): Plan => {
  const random = createRandom(String(seed));
  const setting = drawSetting(seed, random.fork('setting'));
  const story = drawStory(setting, random.fork('story'));
  const faults = drawFaults(setting, story, random.fork('faults'));
  const corners = drawCorners(setting, story, random.fork('corners'));
  const inbox = drawInbox(setting, random.fork('inbox'));
  const atInbox = drawInboxFaults(setting, inbox, { story, random: random.fork('inbox-faults') });
  const outbox = drawOutboxFaults(setting, story, random.fork('outbox'));
  const steps = [...story.steps, ...faults, ...corners, ...atInbox, ...outbox].sort((a, b) => a.at - b.at);
  return {
    ...setting,
    ...(inbox === undefined ? {} : { inbox }),
    steps,
    goals: { ...story.goals, restMs: random.fork('rest').chance(0.25) ? 45_000 : 0 },
    faultsOverAt: story.endsAt,
  };
};
