import { BatonError, topicOf } from '@baton/core';
import { type Clock, delay, type LogOffsets } from '@baton/messaging';
import { askWritesRefused } from '../evidence/drop-facts';
import type { EvidenceSources } from '../evidence/stop-facts';
import type { Retirement } from '../log/deprecation-state';
import type { VersionQuestion } from '../verdict/facts';
import { type Check, check, checkSeen, notYet, type Verdict, verdictOf } from '../verdict/verdict';

/** The ends of a version that nobody writes any more, read after writes were refused, and whether that holds. */
export const judgeEnd = async (
  { guard, offsets }: EvidenceSources,
  { eventType, version }: VersionQuestion,
  { retirement, clock }: { retirement: Retirement; clock: Clock },
): Promise<{ readonly ends: readonly number[]; readonly verdict: Verdict; readonly at: number }> => {
  const now = (): number => Math.floor(clock.now());
  const topic = topicOf(eventType, version);
  const refused = await askWritesRefused(guard, topic, now);
  const { ends, still } = await readStillEnds(offsets, topic, clock);
  const at = now();
  if (ends.length === 0) {
    throw new BatonError('topic-missing', `Expected the partitions of ${topic}, got none. Create the topic.`);
  }
  const writes: readonly Check[] =
    retirement.writes?.how === 'override'
      ? [{ evidence: { fact: 'writes refused', value: 'nobody keeps writers out: declared', at } }]
      : checkSeen('whether writes are refused', refused, (value, seenAt) => [
          check(
            { fact: 'writes refused', value, at: seenAt },
            value
              ? undefined
              : notYet('writes-not-refused', `The brokers take writes to ${topic}. Run this again.`),
          ),
        ]);
  const verdict = verdictOf([
    ...[...retirement.acknowledged].map(([publisher, acknowledgedAt]) => ({
      evidence: { fact: `publisher ${publisher}`, value: 'writes it no more', at: acknowledgedAt },
    })),
    ...writes,
    check(
      { fact: 'ends', value: ends.join(', '), at },
      still
        ? undefined
        : notYet(
            'ends-moving',
            `Expected the ends of ${topic} to stand still, but they move. Run this again.`,
          ),
    ),
  ]);
  return { ends, verdict, at };
};

const betweenReadingsMs = 1_000;
const mostReadings = 10;

/** A broker may learn only after others that writes are refused, and what it took until then belongs to the version. */
const readStillEnds = async (
  offsets: LogOffsets,
  topic: string,
  clock: Clock,
): Promise<{ readonly ends: readonly number[]; readonly still: boolean }> => {
  let ends = await offsets.end(topic);
  for (let readings = 1; readings < mostReadings; readings += 1) {
    await delay(clock, betweenReadingsMs);
    const before = ends;
    ends = await offsets.end(topic);
    if (before.join() === ends.join()) return { ends, still: true };
  }
  return { ends, still: false };
};
