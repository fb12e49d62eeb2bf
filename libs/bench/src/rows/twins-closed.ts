import { confluentTwins } from '../hand-written/confluent-twins';
import { kafkajsTwins } from '../hand-written/kafkajs-twins';
import { producerPerformance } from '../hand-written/producer-performance';
import type { Figures, Row, World } from '../row';
import { ratioTarget } from '../targets';
import { batonTwins } from '../workload/baton-twins';
import { type ClosedLoopOptions, closedLoop } from '../workload/closed-loop';
import { recurringLoan } from '../workload/loan';
import { openPlace, type Place } from '../workload/place';
import type { BatchSender, TwinSender } from '../workload/twin-sender';

const times = (world: World): ClosedLoopOptions =>
  world.size === 'quick' ? { warmUpMs: 1_000, measureMs: 2_000 } : { warmUpMs: 2_000, measureMs: 4_000 };

const inFlight = 2_000;
const batchEvents = 500;

/** About as large as a message of ours with its headers. */
const javaRecordBytes = 520;

export const twinsClosed: Row = {
  name: 'twins-closed',
  title: 'Atomic twins, closed loop',
  how: `Each event becomes visible in two topics at once, with the same bytes and headers. Baton has ${inFlight} events under way; code written by hand sends batches of ${batchEvents} in one transaction over both topics and encodes the next batch while one commits. "kafkajs-bare" leaves the headers out that say what the rule needs. "java" is Kafka's own ProducerPerformance into one topic, records of the same size, halved; nothing is encoded there.`,
  needs: 'broker',
  measures: [
    { name: 'rate', title: 'events committed', unit: 'events/s', better: 'higher' },
    { name: 'cpu', title: 'CPU time of the client, an event', unit: 'µs', better: 'lower' },
  ],
  contenders: ['baton', 'kafkajs', 'kafkajs-bare', 'confluent', 'java'],
  quickContenders: ['baton', 'kafkajs'],
  targets: [
    ratioTarget({
      ...{ measure: 'rate', of: ['baton', 'kafkajs'], atLeast: 0.95, floor: 0.5 },
      text: 'at least 0.95 of kafkajs written by hand',
    }),
    ratioTarget({
      ...{ measure: 'rate', of: ['baton', 'java'], atLeast: 0.8 },
      text: "at least 0.8 of Kafka's own ProducerPerformance",
      because:
        'The client is busy all the time: its CPU time for an event, 32 µs, is nearly all there is at 30,000 events/s on one thread. By profile, 24 of them are ours up to the encoded request (Avro, headers and two records), the rest are requests and sockets of kafkajs. The tool encodes nothing, writes no headers, and sends from a thread of its own',
    }),
  ],
  run: async (contender, world) => {
    const place = await openPlace(world);
    switch (contender) {
      case 'baton':
        return rateOfSender(await batonTwins(place), world);
      case 'kafkajs':
        return rateOfBatches(await kafkajsTwins(place, 'as-baton'), world);
      case 'kafkajs-bare':
        return rateOfBatches(await kafkajsTwins(place, 'none'), world);
      case 'confluent':
        return rateOfBatches(await confluentTwins(world, place, 'as-baton'), world);
      default:
        return rateOfJava(world, place);
    }
  },
};

const rateOfSender = (sender: TwinSender, world: World): Promise<Figures> =>
  closedLoop(times(world), async ({ isOver, completed }) => {
    let n = 0;
    const publishInTurn = async (): Promise<void> => {
      while (!isOver()) {
        await sender.publish(recurringLoan(n++));
        completed(1);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, publishInTurn));
  });

const rateOfBatches = (sender: BatchSender, world: World): Promise<Figures> =>
  closedLoop(times(world), async ({ isOver, completed }) => {
    let n = 0;
    const next = () => sender.encode(Array.from({ length: batchEvents }, () => recurringLoan(n++)));
    let batch = next();
    while (!isOver()) {
      const committing = sender.commit(batch);
      batch = next();
      await committing;
      completed(batchEvents);
    }
  });

const rateOfJava = async (world: World, place: Place): Promise<Figures> => {
  const records = world.size === 'quick' ? 200_000 : 1_000_000;
  const run = { records, recordBytes: javaRecordBytes, transactionMs: 50 };
  return { rate: (await producerPerformance(world, place, run)) / 2 };
};
