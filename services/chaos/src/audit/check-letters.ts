import { eventTypeOf } from './check-handlings';
import { committedLines, isMalformed } from './committed';
import type { PartEvidence, Violation } from './types';

/** Every record that nobody can read is parked by every group of its type, and nothing else is: handlers never fail. */
export const checkLetters = ({
  log,
  letters,
  groups,
}: Pick<PartEvidence, 'log' | 'letters' | 'groups'>): readonly Violation[] => {
  const parked = new Set(committedLines(letters).flatMap(originOf));
  const unreadable = committedLines(log).filter(isMalformed);
  const owed = new Set(
    unreadable.flatMap(({ topic, partition, offset }) =>
      groups
        .filter(({ eventTypes }) => eventTypes.includes(eventTypeOf(topic)))
        .map(({ group }) => `${group} ${topic}/${partition}@${offset}`),
    ),
  );
  const lost = [...owed].filter((name) => !parked.has(name));
  const needless = [...parked].filter((name) => !owed.has(name));
  return [
    ...lost.map(
      (name): Violation => ({ class: 'lost', check: 'unreadable-is-parked', text: `${name} was not parked` }),
    ),
    ...needless.map(
      (name): Violation => ({ class: 'wrong', check: 'readable-is-not-parked', text: `${name} was parked` }),
    ),
  ];
};

/** Which record a letter is a copy of; empty for a mark. */
const originOf = ({ headers }: { readonly headers: Readonly<Record<string, string>> }): readonly string[] => {
  const letter = JSON.parse(headers['baton-dead-letter'] ?? '{}') as {
    readonly kind?: string;
    readonly group?: string;
    readonly origin?: { readonly topic: string; readonly partition: number; readonly offset: number };
  };
  if (letter.kind !== 'letter' || letter.origin === undefined) return [];
  const { topic, partition, offset } = letter.origin;
  return [`${letter.group} ${topic}/${partition}@${offset}`];
};
