import { inboxPoints, relayPoints } from '../workers/points';
import type { Lane } from './actions';
import type { Draw, MakeLane, Times } from './plan-part';
import { size } from './size';

/** What happens to relays, inboxes and their database. */
export const edgeLanes = (lane: MakeLane, times: Times): readonly Lane[] => [
  lane(
    'relays',
    [3_000, 8_000],
    [...times('relay-kill', drawRelayKill), ...times('relay-pause', drawRelayPause)],
  ),
  lane(
    'inboxes',
    [3_000, 8_000],
    [...times('inbox-kill', drawInboxKill), ...times('inbox-pause', drawInboxPause)],
  ),
  lane(
    'database',
    [8_000, 30_000],
    times('database-kill', () => ({ do: 'kill-database' })),
  ),
];

/** A relay is killed on its way to a sent event, or anywhere. */
const drawRelayKill: Draw = (random) => ({
  do: 'kill-relay',
  worker: random.between(0, size.relays - 1),
  point: random.pick([...relayPoints, 'at-random']),
});

/** Longer than a transaction of the broker lasts, and than a relay that stands still keeps its ranges. */
const drawRelayPause: Draw = (random) => ({
  do: 'pause-relay',
  worker: random.between(0, size.relays - 1),
  point: random.pick(['before-stamp', 'after-stamp', 'during-send', 'after-commit-before-ack', 'at-random']),
  ms: random.between(13_000, 16_000),
});

const drawInboxKill: Draw = (random) => ({
  do: 'kill-inbox',
  worker: random.between(0, size.consumers - 1),
  point: random.pick(inboxPoints),
});

/** Longer than the session and the lease last: whoever wakes finds somebody else at work. */
const drawInboxPause: Draw = (random) => ({
  do: 'pause-inbox',
  worker: random.between(0, size.consumers - 1),
  point: random.pick(inboxPoints),
  ms: random.between(7_500, 12_000),
});
