import { BatonError, type Version } from '@baton/core';
import {
  type Clock,
  delay,
  type Logger,
  type PublicationPolicy,
  type Publications,
  Retirements,
} from '@baton/messaging';
import type { RelaySession } from './relay-session';

const lookAgainMs = 250;

/**
 * Acknowledges for this instance that a version is written no more: once no relay can stamp it any more, and no row
 * of the source, whoever stamped it, is still to be sent in it.
 */
export const followRetirements = ({
  policy,
  publications,
  session,
  clock,
  logger,
}: {
  policy: PublicationPolicy;
  publications: Publications;
  session: () => RelaySession | undefined;
  clock: Clock;
  logger: Logger;
}): Pick<Retirements, 'close'> => {
  const connected = (): RelaySession => {
    const current = session();
    if (current === undefined)
      throw new BatonError('database-unavailable', 'The relay is not connected to its database at present.');
    return current;
  };
  const without = async (eventType: string, version: Version): Promise<void> => {
    await connected().store.retire(eventType, version);
    while ((await connected().store.unsentWith(eventType, version)) > 0) await delay(clock, lookAgainMs);
  };
  const open = async (): Promise<void> => {
    await Promise.all([...connected().owned().values()].map((run) => run.open()));
  };
  return new Retirements({
    policy,
    publications,
    underWay: { without, carries: () => false },
    slot: { open },
    clock,
    logger,
  });
};
