import { confluentTwins } from '../hand-written/confluent-twins';
import { kafkajsTwins } from '../hand-written/kafkajs-twins';
import type { Medians, Row, Target, World } from '../row';
import { percentile } from '../statistics';
import { figureOf } from '../targets';
import { batonTwins } from '../workload/baton-twins';
import { recurringLoan } from '../workload/loan';
import { openLoop } from '../workload/open-loop';
import { openPlace, type Place } from '../workload/place';
import { collecting, type TwinSender } from '../workload/twin-sender';

const peers = ['kafkajs', 'confluent'];

const times = (world: World) =>
  world.size === 'quick' ? { warmUpMs: 1_000, measureMs: 3_000 } : { warmUpMs: 2_000, measureMs: 6_000 };

/** Open loop at a rate: from the time that was scheduled to the commit. */
export const twinsOpen = (perSecond: number): Row => ({
  name: `twins-open-${perSecond}`,
  title: `Atomic twins, open loop at ${perSecond.toLocaleString('en-US')} events/s`,
  how: 'The schedule is fixed: latency counts from the time at which an event was to be published to its commit, so what waits behind others counts too. Code written by hand collects events while a transaction commits, as Baton does. ProducerPerformance does not say when something is committed and is left out.',
  needs: 'broker',
  measures: [
    { name: 'p50', title: 'call to commit, p50', unit: 'ms', better: 'lower' },
    { name: 'p99', title: 'call to commit, p99', unit: 'ms', better: 'lower' },
  ],
  contenders: ['baton', ...peers],
  quickContenders: perSecond === 1_000 ? ['baton', 'kafkajs'] : [],
  targets: [bestPeerTarget],
  run: async (contender, world) => {
    const sender = await senderOf(contender, world, await openPlace(world));
    const latencies = await openLoop({ perSecond, ...times(world) }, ({ n, at }) =>
      sender.publish(recurringLoan(n, at)),
    );
    return { p50: percentile(latencies, 50), p99: percentile(latencies, 99) };
  },
});

const senderOf = async (contender: string, world: World, place: Place): Promise<TwinSender> => {
  switch (contender) {
    case 'baton':
      return batonTwins(place);
    case 'kafkajs':
      return collecting(await kafkajsTwins(place, 'as-baton'));
    default:
      return collecting(await confluentTwins(world, place, 'as-baton'));
  }
};

/** A quick run does without the peers that are installed on demand. */
const withinOfBest = (medians: Medians, of: readonly string[], limit: number): boolean | undefined => {
  const own = figureOf(medians, 'baton', 'p99');
  const theirs = of.map((peer) => figureOf(medians, peer, 'p99'));
  if (own === undefined || theirs.includes(undefined)) return undefined;
  return own <= limit * Math.min(...theirs.flatMap((figure) => figure ?? []));
};

const bestPeerTarget: Target = {
  measure: 'p99',
  text: 'p99 at most 1.2 of the best peer',
  met: (medians) => withinOfBest(medians, peers, 1.2),
  floor: (medians) => withinOfBest(medians, ['kafkajs'], 8),
};
