import { groupBy } from '@baton/demo';
import type { Message } from './committed';
import type { Violation } from './types';

/** Each event is visible in all its versions or in none, and its copies are equal in what the rule needs. */
export const checkTwins = (messages: readonly Message[]): readonly Violation[] =>
  [...groupBy(messages, ({ eventType, id }) => `${eventType} ${id}`).values()].flatMap((copies) => [
    ...torn(copies),
    ...unequal(copies),
  ]);

const torn = (copies: readonly Message[]): readonly Violation[] => {
  const visible = [...new Set(copies.map(({ version }) => version))].sort((a, b) => a - b).join(',');
  const bad = copies.find(({ published }) => published !== visible);
  if (bad === undefined) return [];
  const text = `${bad.eventType} ${bad.id}: published as ${bad.published}, visible as ${visible}`;
  return [{ class: 'torn', check: 'twins-visible-together', text }];
};

const unequal = (copies: readonly Message[]): readonly Violation[] => {
  const faces = new Set(
    copies.map(({ key, createdAt, partition }) => JSON.stringify([key, createdAt, partition])),
  );
  const [first] = copies;
  if (faces.size <= 1 || first === undefined) return [];
  const text = `${first.eventType} ${first.id}: copies differ: ${[...faces].join(' and ')}`;
  return [{ class: 'torn', check: 'twins-equal', text }];
};
