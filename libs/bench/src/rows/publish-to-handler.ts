import { startKafkajsConsumer } from '../hand-written/kafkajs-consumer';
import { kafkajsTwins } from '../hand-written/kafkajs-twins';
import type { Row, World } from '../row';
import { percentile } from '../statistics';
import { ratioTarget } from '../targets';
import { uniqueName } from '../unique-name';
import { fixedBindings, startBatonMember } from '../workload/baton-group';
import { batonTwins } from '../workload/baton-twins';
import { recurringLoan } from '../workload/loan';
import { openLoop } from '../workload/open-loop';
import { openPlace, type Place } from '../workload/place';
import { collecting, type TwinSender } from '../workload/twin-sender';
import { createWaits, type Waits } from '../workload/waits';

const perSecond = 1_000;

const times = (world: World) =>
  world.size === 'quick' ? { warmUpMs: 1_000, measureMs: 3_000 } : { warmUpMs: 2_000, measureMs: 6_000 };

export const publishToHandler: Row = {
  name: 'publish-to-handler',
  title: 'Publish to handler at 1,000 events/s',
  how: 'Open loop, in one process: from the time at which an event was to be published to the moment at which the handler has it. Baton publishes twins and reads both topics; code written by hand publishes twins in transactions as well, but reads one topic, with eachBatch and commits of its own.',
  needs: 'broker',
  measures: [
    { name: 'p50', title: 'publish to handler, p50', unit: 'ms', better: 'lower' },
    { name: 'p99', title: 'publish to handler, p99', unit: 'ms', better: 'lower' },
  ],
  contenders: ['baton', 'kafkajs'],
  targets: [
    ratioTarget({
      ...{ measure: 'p50', of: ['baton', 'kafkajs'], atMost: 1.2 },
      text: 'p50 at most 1.2 of kafkajs written by hand',
      because:
        'It is the commit, and not the way to the handler: from call to commit half of the events take 6.4 instead of 3.6 ms at this rate (atomic twins, open loop). A transaction that begins before the broker has ended the last one everywhere (CONCURRENT_TRANSACTIONS) is tried again after 5 ms; counted in two runs of the quick form, that met 0.25 to 0.48 of our transactions, and 0.16 to 0.22 of those by hand, whose client needs longer between two',
    }),
    ratioTarget({
      ...{ measure: 'p99', of: ['baton', 'kafkajs'], atMost: 1.2, floor: 8 },
      text: 'p99 at most 1.2 of kafkajs written by hand',
    }),
  ],
  run: async (contender, world) => {
    const place = await openPlace(world);
    const waits = createWaits();
    const sender = await (contender === 'baton' ? openBaton(place, waits) : openKafkajs(place, waits));
    const published = await openLoop({ perSecond, ...times(world) }, ({ n, at, counts }) =>
      sender.publish(recurringLoan(n, counts ? at : 0)),
    );
    await waits.untilHandled(published.length);
    const latencies = waits.where(() => true);
    return { p50: percentile(latencies, 50), p99: percentile(latencies, 99) };
  },
};

const openBaton = async (place: Place, { handled }: Waits): Promise<TwinSender> => {
  const group = uniqueName('bench');
  await startBatonMember(place, { group, bindings: fixedBindings(place, group), onLoan: handled });
  return batonTwins(place);
};

const openKafkajs = async (place: Place, { handled }: Waits): Promise<TwinSender> => {
  await startKafkajsConsumer(place, (loan) => handled(loan, 1));
  return collecting(await kafkajsTwins(place, 'as-baton'));
};
