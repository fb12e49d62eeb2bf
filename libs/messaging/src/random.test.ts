import { BookWorld } from '@baton/testing';
import * as fc from 'fast-check';
import { check, Story, somePlan } from '../test/story';

it('handles every event, in one version only and in order, whatever happens meanwhile', async () => {
  const property = fc.asyncProperty(
    somePlan,
    fc.constantFrom('after-batches', 'at-once'),
    async (plan, rejoin) => {
      const world = new BookWorld({ partitions: 2, maxRecords: 4, rejoin });
      const story = new Story(world, (n, attempt) => n % 11 === 0 && attempt < 3);
      await story.open();
      for (const { act, thenMs } of plan) {
        await story.play(act);
        await story.world.clock.advance(thenMs);
      }
      await story.close();
      check(story);
    },
  );
  await fc.assert(property, { numRuns: 100, seed: 20_261_122, endOnFailure: true });
}, 60_000);
