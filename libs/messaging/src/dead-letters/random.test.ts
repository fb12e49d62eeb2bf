import * as fc from 'fast-check';
import { ParkingWorld } from '../../test/parking-world';
import { check, Story, somePlan } from '../../test/story';

/** What an operator does meanwhile, and what garbage comes. */
const someDisturbance = fc.array(
  fc.record({
    kind: fc.constantFrom('replay' as const, 'replay' as const, 'replay-key' as const, 'garbage' as const),
    key: fc.constantFrom('a', 'b', 'c'),
    before: fc.nat(60),
  }),
  { maxLength: 12 },
);

type Disturbance = { readonly kind: 'replay' | 'replay-key' | 'garbage'; readonly key: string };

const disturb = (world: ParkingWorld, { kind, key }: Disturbance): void => {
  if (kind === 'garbage') {
    world.append({ ...world.goodHeaders(), ce_time: 'garbage' }, 'garbage', key);
    return;
  }
  // an operator whose command fails runs it again at the end
  void world
    .letterBox()
    .replay((letter) => kind === 'replay' || letter.key === key)
    .catch(() => {});
};

it('loses, repeats by version and reorders nothing while events are parked and replayed', async () => {
  let replayed = 0;
  const property = fc.asyncProperty(
    somePlan,
    someDisturbance,
    fc.constantFrom('after-batches', 'at-once'),
    async (plan, disturbances, rejoin) => {
      const world = new ParkingWorld({ partitions: 2, maxRecords: 4, rejoin });
      let state: 'broken' | 'mended' = 'broken';
      const story = new Story(
        world,
        (n, attempt) => (n % 7 === 0 && state === 'broken') || (n % 5 === 0 && attempt < 3),
      );
      await story.open();
      for (const [i, { act, thenMs }] of plan.entries()) {
        for (const one of disturbances) if (one.before === i) disturb(world, one);
        await story.play(act);
        await world.clock.advance(thenMs);
      }
      state = 'mended';
      await story.close();
      // transactions that somebody left open hide letters until they time out
      await world.clock.advance(15_000);
      for (
        let round = 0;
        (await world.openLetters()).some(({ because }) => because !== 'unreadable');
        round += 1
      ) {
        expect(round).toBeLessThan(5);
        replayed += await world.replay(({ because }) => because !== 'unreadable');
        await world.drained(200_000);
        await world.clock.advance(15_000);
      }
      check(story);
    },
  );
  await fc.assert(property, { numRuns: 15, seed: 20_261_122, endOnFailure: true });
  expect(replayed).toBeGreaterThan(30);
}, 120_000);
