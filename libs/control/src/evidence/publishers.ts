import type { Clock } from '@baton/messaging';
import { absent, type Fact, type PublisherFact, type StopFacts, seen } from '../verdict/facts';
import { ask } from './collect';
import { type PresenceList, readPresence } from './presence';
import type { FactSources } from './read-facts';

/** What presence says of all instances; missing where none is configured. */
export const askPresence = (
  { presence }: Pick<FactSources, 'presence'>,
  now: () => number,
): Promise<Fact<PresenceList>> =>
  presence === undefined
    ? Promise.resolve(absent('no presence is configured'))
    : ask(now, () => readPresence(presence));

/** Who says that it publishes an event type. */
export const publishersOfType = (heard: Fact<PresenceList>, eventType: string): StopFacts['publishers'] => {
  if (heard.kind === 'absent') return heard;
  const { publishers, unreadable } = heard.value;
  const own = publishers.flatMap(({ instance, service, publishes, at }): readonly PublisherFact[] => {
    const versions = publishes[eventType];
    return versions === undefined || versions.length === 0 ? [] : [{ instance, service, versions, at }];
  });
  return seen({ publishers: own, unreadable }, heard.at);
};

/** Asks who publishes an event type now. */
export const readPublishers = async (
  sources: Pick<FactSources, 'presence'>,
  eventType: string,
  clock: Clock,
): Promise<StopFacts['publishers']> => publishersOfType(await askPresence(sources, clock.now), eventType);
