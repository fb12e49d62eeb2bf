import { randomUUID } from 'node:crypto';
import { bindGroup, followControlLog } from '@baton/control';
import { version } from '@baton/core';
import { type EventPublisher, systemClock } from '@baton/messaging';
import { handWrittenClient } from '../hand-written/client';
import type { Figures, Medians, Row, World } from '../row';
import { figureOf, ratioTarget } from '../targets';
import { uniqueName } from '../unique-name';
import { fixedBindings, leaseMs, loggedBindings, startBatonMember } from '../workload/baton-group';
import { openBatonPublisher } from '../workload/baton-twins';
import { type Loan, recurringLoan } from '../workload/loan';
import { nowMicros, pause, startLoad } from '../workload/open-loop';
import { marginMs, openPlace, type Place } from '../workload/place';
import { createWaits, type Waits } from '../workload/waits';

const rateOf = ({ size }: World): number => (size === 'full' ? 2_000 : 200);

/** Before anything happens, and after the instant. */
const quietMs = 3_000;
const afterMs = 4_000;

const listingMs = 3_000;

export const cut: Row = {
  name: 'cut',
  title: 'The cut, live, under 2,000 events/s',
  how: 'How long an event waits at most from the time at which it was to be published until its handler has it: before the cut is asked for, from then to the instant, and from the instant on. "restart" is the way without Baton, with the same publisher and consumer: stop publishing, wait until version 1 is drained, stop the consumer, start both with version 2; its instant is the moment at which publishing stops. Its processes keep running, which a real restart would have to add.',
  needs: 'broker',
  measures: [
    { name: 'usual', title: 'longest wait before anything happens', unit: 'ms', better: 'lower' },
    { name: 'before', title: 'longest wait from the request to the instant', unit: 'ms', better: 'lower' },
    { name: 'after', title: 'longest wait at and after the instant', unit: 'ms', better: 'lower' },
  ],
  contenders: ['baton', 'restart'],
  quickContenders: [],
  targets: [
    {
      measure: 'before',
      text: 'before the instant no wait beyond the usual one (at most 100 ms more)',
      met: (medians) => noLonger(medians, 'before', { than: 'usual', byMs: 100 }),
    },
    {
      measure: 'after',
      text: 'at and after the instant at most 500 ms',
      met: (medians) => {
        const after = figureOf(medians, 'baton', 'after');
        return after === undefined ? undefined : after <= 500;
      },
    },
    ratioTarget({
      ...{ measure: 'after', of: ['baton', 'restart'], atMost: 0.1 },
      text: 'at most a tenth of a restart',
    }),
  ],
  run: async (contender, world) => {
    const place = await openPlace(world);
    return contender === 'baton' ? liveCut(place, rateOf(world)) : restart(place, rateOf(world));
  },
};

const noLonger = (
  medians: Medians,
  measure: string,
  { than, byMs }: { readonly than: string; readonly byMs: number },
): boolean | undefined => {
  const [wait, usual] = [figureOf(medians, 'baton', measure), figureOf(medians, 'baton', than)];
  return wait === undefined || usual === undefined ? undefined : wait <= usual + byMs;
};

const liveCut = async (place: Place, perSecond: number): Promise<Figures> => {
  const group = uniqueName('bench');
  const waits = createWaits();
  const bindings = await loggedBindings(place, group);
  await startBatonMember(place, { group, bindings, onLoan: waits.handled });
  const publisher = await openBatonPublisher(place);
  const load = startLoad(perSecond, ({ n, at }) => publishLoan(publisher, place, recurringLoan(n, at)));
  await pause(quietMs);
  const requestedAt = nowMicros();
  const instant = await bindToV2(place, group);
  await pause(Math.max(0, instant - Date.now()) + afterMs);
  await waits.untilHandled(await load.stop());
  return figuresOf(waits, { loadedAt: load.startedAt, requestedAt });
};

/** Binds the group with its member at work; answers the instant. */
const bindToV2 = async ({ kafka, event }: Place, group: string): Promise<number> => {
  const follower = followControlLog({ log: await kafka.controlLog() });
  const result = await bindGroup(
    {
      ...{ groups: kafka.groupReader, offsets: kafka.logOffsets, presence: kafka.presence(), follower },
      ...{ clock: systemClock, newId: randomUUID },
    },
    { group, eventType: event.name, version: version(2) },
    {
      ...{ by: 'bench', reason: 'measured', versions: [version(1), version(2)] },
      timings: { leaseMs, marginMs, listingMs, decisionMs: 10_000 },
    },
  );
  await follower.close();
  if (result.kind === 'bound' && result.since !== undefined) return result.since;
  throw new Error(`Expected the group to be bound, got ${result.kind}: ${JSON.stringify(result.because)}`);
};

/** Without Baton's protocol: nothing is published from the stop until both sides are there again. */
const restart = async (place: Place, perSecond: number): Promise<Figures> => {
  const waits = createWaits();
  const [old, next] = [uniqueName('bench'), uniqueName('bench')];
  const member = await startBatonMember(place, {
    ...{ group: old, bindings: fixedBindings(place, old, 1), onLoan: waits.handled, reads: [1] },
  });
  const patient = { marginMs, maxPending: 1_000_000 };
  const open = () => openBatonPublisher(place, { limits: patient });
  let publisher = open();
  await publisher;
  const load = startLoad(perSecond, async ({ n, at }) =>
    publishLoan(await publisher, place, recurringLoan(n, at)),
  );
  await pause(quietMs);
  const requestedAt = nowMicros();
  const stopped = await publisher;
  let reopen: (next: Promise<EventPublisher>) => void = () => {};
  publisher = new Promise((resolve) => {
    reopen = resolve;
  });
  await stopped.close();
  await waits.untilHandled(stopped.stats().published);
  await member.stop();
  await startAtEnd(place, next);
  const bindings = fixedBindings(place, next, 2);
  reopen(open());
  await startBatonMember(place, { group: next, bindings, onLoan: waits.handled, reads: [2] });
  await publisher;
  await pause(afterMs);
  await waits.untilHandled(await load.stop());
  return figuresOf(waits, { loadedAt: load.startedAt, requestedAt });
};

/** The twins of what was handled are not to be handled again. */
const startAtEnd = async (place: Place, groupId: string): Promise<void> => {
  const topic = place.topics[1];
  const admin = handWrittenClient(place.brokers).admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.setOffsets({
    ...{ groupId, topic },
    partitions: ends.map(({ partition, offset }) => ({ partition, offset })),
  });
  await admin.disconnect();
};

const publishLoan = (publisher: EventPublisher, { event }: Place, loan: Loan): Promise<unknown> =>
  publisher.publish(event, { key: loan.loanId, data: loan });

/** The first second of a load warms up. What is handled in version 2 was created at or after the instant. */
const figuresOf = (
  { where }: Waits,
  { loadedAt, requestedAt }: { readonly loadedAt: number; readonly requestedAt: number },
): Figures => ({
  ...longest(
    'usual',
    where(({ at, version }) => version === 1 && at >= loadedAt + 1e6 && at < requestedAt),
  ),
  ...longest(
    'before',
    where(({ at, version }) => version === 1 && at >= requestedAt),
  ),
  ...longest(
    'after',
    where(({ version }) => version === 2),
  ),
});

/** A restart leaves nothing between the request and the instant. */
const longest = (measure: string, waits: readonly number[]): Figures =>
  waits.length === 0 ? {} : { [measure]: waits.reduce((max, ms) => Math.max(max, ms)) };
