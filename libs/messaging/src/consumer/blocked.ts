import { describeFailure } from './failure';
import type { Track } from './lane';
import type { RunContext } from './run-context';
import type { BlockedPartition } from './types';

/** From this failure on an event counts as blocking its key. */
const blockedFromFailures = 3;

/** The events that keep failing, and dead letters that cannot be stored. */
export const blockedPartitions = (
  tracks: readonly Track[],
  { deadLetters }: Pick<RunContext, 'deadLetters'>,
): readonly BlockedPartition[] =>
  tracks.flatMap((track) => {
    const { topic, partition, position, pause, failures, waiting } = track;
    const inTheWay: BlockedPartition[] = [];
    if (pause?.kind === 'retry' && failures >= blockedFromFailures)
      inTheWay.push({
        topic,
        partition,
        offset: position,
        attempts: failures,
        ...describeFailure(pause.error),
      });
    for (const { record, failures: failed, unread, error } of waiting.all()) {
      const attempts = failed + unread;
      if (attempts < blockedFromFailures || error === undefined) continue;
      inTheWay.push({ topic, partition, offset: record.offset, attempts, ...describeFailure(error) });
    }
    const storing = deadLetters?.failing(partition);
    const lowest = waiting.lowest();
    if (storing !== undefined && storing.attempts >= blockedFromFailures && waiting.beingParked() > 0)
      inTheWay.push({
        topic,
        partition,
        offset: lowest ?? position,
        attempts: storing.attempts,
        ...describeFailure(storing.error),
      });
    return inTheWay;
  });
