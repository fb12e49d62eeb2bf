import { createRandom, type Random } from '../random';
import { consumerPoints, outboxPoints, publisherPoints } from '../workers/points';
import {
  type Action,
  type ClockFault,
  droppedApis,
  type Lane,
  networkFaults,
  type PartPlan,
  type Target,
} from './actions';
import { type Counts, type Fault, partsOf, shareOf } from './levels';
import { planBinds } from './plan-binds';
import { edgeLanes } from './plan-edges';
import { size } from './size';

export interface PlanInput {
  readonly counts: Counts;
  /** From 1. */
  readonly part: number;
  readonly seed: number;
}

/** Draws what one part does; the parts of a run together make exactly the counts. */
export const planPart = ({ counts, part, seed }: PlanInput): PartPlan => {
  const parts = partsOf(counts);
  const random = createRandom(seed).fork(`part ${part}`);
  if (part > parts.one) return leaderPart({ counts, part, seed: random.seed }, part - parts.one, parts.three);
  const share = (fault: Fault): number =>
    fault === 'leader-kill' ? 0 : shareOf(counts[fault], part, parts.one);
  return {
    part,
    seed: random.seed,
    brokers: 1,
    lanes: [...planBinds(share, random.fork('binds')), ...faultLanes(share, random)],
  };
};

type Share = (fault: Fault) => number;
/** Draws one action. */
export type Draw = (random: Random) => Action;
/** As many draws as the part has of the fault. */
export type Times = (fault: Fault, draw: Draw) => readonly Draw[];
/** Draws a lane whose steps follow one another after gaps between the two. */
export type MakeLane = (name: string, gapMs: readonly [number, number], draws: readonly Draw[]) => Lane;

const faultLanes = (share: Share, random: Random): readonly Lane[] => {
  const times: Times = (fault, draw) => Array.from({ length: share(fault) }, () => draw);
  const lane: MakeLane = (name, gapMs, draws) => {
    const own = random.fork(name);
    return {
      name,
      steps: own.shuffle(draws).map((draw) => ({ afterMs: own.between(...gapMs), action: draw(own) })),
    };
  };
  return [
    lane(
      'cluster',
      [2_000, 5_000],
      [
        ...times('broker-kill', (r) => ({ do: 'kill-broker', downMs: r.between(500, 4_000) })),
        ...times('broker-pause', (r) => ({ do: 'pause-broker', ms: r.between(7_500, 11_000) })),
        ...times('network', drawNetwork),
        ...times('registry-outage', drawRegistryOutage),
        ...times('disk-full', () => ({ do: 'disk-full' })),
      ],
    ),
    lane('responses', [2_000, 6_000], times('dropped-response', drawDrop)),
    lane(
      'consumers',
      [3_000, 7_000],
      [
        ...times('consumer-kill', drawConsumerKill),
        ...times('consumer-pause', (r) => drawPause('pause-consumer', size.consumers, [7_000, 12_000], r)),
        ...times('rebalance-storm', (r) => ({ do: 'storm', group: r.between(0, size.groups - 1), times: 4 })),
      ],
    ),
    lane(
      'publishers',
      [3_000, 8_000],
      [
        ...times('publisher-kill', drawPublisherKill),
        ...times('publisher-pause', (r) =>
          drawPause('pause-publisher', size.publishers, [13_000, 16_000], r),
        ),
      ],
    ),
    ...edgeLanes(lane, times),
    lane('clocks', [2_000, 5_000], times('clock', drawClock)),
    lane(
      'transactions',
      [500, 2_500],
      [
        ...times('aborted-transaction', (r) => ({
          do: 'abort',
          eventType: r.between(0, size.eventTypes - 1),
          order: r.pick(['older-first', 'younger-first']),
        })),
        ...times('hanging-transaction', (r) => ({
          do: 'hang',
          eventType: r.between(0, size.eventTypes - 1),
        })),
      ],
    ),
    lane('malformed', [200, 800], malformedDraws(share)),
    lane('accidents', [5_000, 15_000], times('topic-accident', drawAccident)),
  ].filter(({ steps }) => steps.length > 0);
};

const drawConsumerKill: Draw = (random) => ({
  do: 'kill-consumer',
  worker: random.between(0, size.consumers - 1),
  point: random.pick([...consumerPoints, 'at-random']),
});

const drawPublisherKill: Draw = (random) => ({
  do: 'kill-publisher',
  worker: random.between(0, size.publishers - 1),
  point: random.pick([...publisherPoints, ...outboxPoints, 'at-random']),
});

const drawPause = (
  what: 'pause-consumer' | 'pause-publisher',
  workers: number,
  [from, to]: readonly [number, number],
  random: Random,
): Action => ({ do: what, worker: random.between(0, workers - 1), ms: random.between(from, to) });

const drawTarget = (random: Random): Target => {
  const kind = random.pick(['consumer', 'publisher', 'relay', 'everybody'] as const);
  return kind === 'everybody' ? { kind } : { kind, worker: random.between(0, workers[kind] - 1) };
};

const workers = { consumer: size.consumers, publisher: size.publishers, relay: size.relays } as const;

const drawNetwork: Draw = (random) => ({
  do: 'network',
  how: random.pick(networkFaults),
  of: drawTarget(random),
  ms: random.between(3_000, 9_000),
});

const publisherApis = ['endTxn', 'produce', 'addPartitionsToTxn', 'initProducerId'];

const drawDrop: Draw = (random) => {
  const api = random.pick(droppedApis);
  const kind = publisherApis.includes(api) ? random.pick(['publisher', 'relay'] as const) : 'consumer';
  const worker = random.between(0, workers[kind] - 1);
  return { do: 'drop-responses', api, times: random.between(1, 2), of: { kind, worker } };
};

const drawRegistryOutage: Draw = (random) => ({
  do: 'registry-outage',
  how: random.pick(['warm', 'cold']),
  ms: random.between(4_000, 8_000),
  worker: random.between(0, size.consumers - 1),
});

const clockOffsets: Readonly<Record<ClockFault, readonly [number, number]>> = {
  'ahead-within-margin': [100, 850],
  behind: [-3_000, -100],
  'step-back': [-1_500, 0],
  'beyond-margin': [1_500, 4_000],
  consumer: [-900, 900],
};

const drawClock: Draw = (random) => {
  const how = random.pick(Object.keys(clockOffsets) as ClockFault[]);
  const count = how === 'consumer' ? size.consumers : size.publishers + size.relays;
  const [from, to] = clockOffsets[how];
  return { do: 'clock', how, worker: random.between(0, count - 1), offsetMs: random.between(from, to) };
};

const drawAccident: Draw = (random) => ({
  do: 'accident',
  how: random.pick(['deletion', 'retention', 'partitions']),
});

const malformedAtOnce = 250;

/** Malformed records come in bursts. */
const malformedDraws = (share: Share): readonly Draw[] => {
  const left = { payloads: share('malformed-payload'), headers: share('malformed-headers') };
  const bursts = Math.ceil((left.payloads + left.headers) / malformedAtOnce);
  return Array.from({ length: bursts }, (_, burst): Draw => {
    const payloads = shareOf(left.payloads, burst + 1, bursts);
    const headers = shareOf(left.headers, burst + 1, bursts);
    return (random) => ({
      do: 'malform',
      eventType: random.between(0, size.eventTypes - 1),
      payloads,
      headers,
    });
  });
};

/** A part on three brokers: leaders are killed while publishers and consumers work. */
const leaderPart = ({ counts, part, seed }: PlanInput, number: number, parts: number): PartPlan => {
  const random = createRandom(seed);
  const kills = shareOf(counts['leader-kill'], number, parts);
  const steps = Array.from({ length: kills }, () => ({
    afterMs: random.between(3_000, 6_000),
    action: {
      do: 'kill-leader' as const,
      eventType: random.between(0, size.eventTypes - 1),
      downMs: random.between(1_000, 6_000),
    },
  }));
  return { part, seed, brokers: 3, lanes: [{ name: 'cluster', steps }] };
};
