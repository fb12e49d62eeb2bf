import type { EventType } from '@baton/core';
import type { EventPublisher } from '@baton/messaging';
import { type LineProblem, problemOf, type ReadEvent, readEvent } from './read-events';

/** How many events are under way at once. */
const atOnce = 1_000;
/** From how many wrong lines on the rest is only counted. */
const problemsKept = 100;

/** Lines that were read, and what is wrong with the others. */
export interface ReadLines {
  readonly events: readonly ReadEvent[];
  readonly failed: number;
  readonly problems: readonly LineProblem[];
}

/** Reads and checks all lines by a rehearsal, and sends none. Empty lines count as none. */
export const readAllLines = async (
  lines: AsyncIterable<string>,
  { eventType, rehearsal }: { readonly eventType: EventType; readonly rehearsal: EventPublisher },
): Promise<ReadLines> => {
  const events: ReadEvent[] = [];
  const problems: LineProblem[] = [];
  let failed = 0;
  let number = 0;
  for await (const text of lines) {
    number += 1;
    if (text.trim() === '') continue;
    try {
      const event = readEvent(text, eventType);
      await rehearsal.publish(eventType, event as never);
      events.push({ line: number, event });
    } catch (error) {
      failed += 1;
      if (problems.length < problemsKept) problems.push(problemOf(number, error));
    }
  }
  return { events, failed, problems };
};

/** What became of the events. */
export interface PublishedLines {
  readonly published: number;
  readonly failed: number;
  /** Read, but not given to the broker, since one before them failed or the user interrupted. */
  readonly untried: number;
  readonly problems: readonly LineProblem[];
}

interface PublishLinesOptions {
  readonly eventType: EventType;
  readonly publisher: EventPublisher;
  readonly interrupted: AbortSignal;
  readonly progress: (published: number) => void;
}

/** Publishes events in their order; after the first that fails no other is begun. */
export const publishEvents = async (
  events: Iterable<ReadEvent> | AsyncIterable<ReadEvent>,
  { eventType, publisher, interrupted, progress }: PublishLinesOptions,
): Promise<PublishedLines> => {
  const problems: LineProblem[] = [];
  const pending = new Set<Promise<void>>();
  let published = 0;
  let untried = 0;
  const begin = ({ line, event }: ReadEvent): void => {
    const settled: Promise<void> = publisher
      .publish(eventType, event as never)
      .then(
        () => {
          published += 1;
          progress(published);
        },
        (error: unknown) => {
          problems.push(problemOf(line, error));
        },
      )
      .finally(() => pending.delete(settled));
    pending.add(settled);
  };
  for await (const event of events) {
    if (problems.length > 0 || interrupted.aborted) untried += 1;
    else begin(event);
    if (pending.size >= atOnce) await Promise.race(pending);
  }
  await Promise.all(pending);
  return {
    published,
    failed: problems.length,
    untried,
    problems: problems.sort((a, b) => a.line - b.line).slice(0, problemsKept),
  };
};
