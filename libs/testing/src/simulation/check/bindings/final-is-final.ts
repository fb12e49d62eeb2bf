import type { Violation } from '../../history';
import { type EventFacts, type Lane, never } from '../facts/types';
import type { FoldState } from '../fold/state';
import { type Property, recordName, violation } from '../property';

/** Nothing is written to a version behind its final ends, nor by a publisher that said that it writes it no more. */
export const finalIsFinal: Property = ({ fold, lanes }) => {
  const found: Violation[] = [];
  for (const lane of lanes) {
    found.push(...writtenOn(fold, lane));
    const deprecation = fold.types.get(lane.eventType)?.deprecations.get(lane.version);
    const end = deprecation?.ends?.[lane.partition];
    const last = lane.records.at(-1);
    if (end === undefined || last === undefined || last.offset < end) continue;
    found.push(
      violation(
        'unsafe',
        'final-is-final',
        `Expected nothing behind offset ${end} of ${lane.topic}[${lane.partition}], its final end, got ${last.stamp?.id ?? 'a record'} at ${recordName(last)}.`,
        [deprecation?.finalAt?.step, last.step],
      ),
    );
  }
  return found;
};

/** An attempt that was withdrawn gives everybody his word back. */
const writtenOn = ({ types }: FoldState, lane: Lane): readonly Violation[] => {
  const deprecation = types.get(lane.eventType)?.deprecations.get(lane.version);
  if (deprecation === undefined || deprecation.phase === 'deprecated') return [];
  const late = lane.records.find(({ event, step }) =>
    writersOf(event).some((writer) => (deprecation.acknowledged.get(writer)?.step ?? never) < step),
  );
  if (late === undefined) return [];
  const said = writersOf(late.event).find(
    (writer) => (deprecation.acknowledged.get(writer)?.step ?? never) < late.step,
  );
  return [
    violation(
      'unsafe',
      'retired-writers-stop',
      `Expected ${said} to write no v${lane.version} once it had said so, got ${late.stamp?.id} at ${recordName(late)}.`,
      [deprecation.acknowledged.get(said ?? '')?.step, late.step],
    ),
  ];
};

/** Whoever says that nothing is written any more says it for all that share an outbox: they send what he put there. */
const writersOf = (event: EventFacts | undefined): readonly string[] => {
  if (event?.outbox !== undefined) return [...event.outbox.sharers];
  return event?.process === undefined ? [] : [event.process];
};
