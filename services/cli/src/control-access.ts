import {
  type ControlFollower,
  defaultBindTimings,
  type FactSources,
  followControlLog,
  type PresenceStore,
  sealedLog,
  unsealedLog,
} from '@baton/control';
import { BatonError, isBatonError, topicOf, type Version, version } from '@baton/core';
import type { Context } from './context';
import { migrationKey } from './settings/connection';

/** The control log, followed to its end, and the presence of instances. */
export interface ControlAccess {
  readonly follower: ControlFollower;
  readonly presence: PresenceStore;
}

/** Opens control log and presence for the time of `use`. */
export const withControl = async <T>(
  context: Pick<Context, 'broker' | 'progress' | 'settings'>,
  use: (access: ControlAccess) => Promise<T>,
): Promise<T> => {
  try {
    return await open(context, use);
  } catch (error) {
    throw isBatonError(error, 'topic-missing') ? await withAdvice(error, context) : error;
  }
};

const open = async <T>(
  { broker, progress, settings }: Pick<Context, 'broker' | 'progress' | 'settings'>,
  use: (access: ControlAccess) => Promise<T>,
): Promise<T> => {
  progress.step(`reading ${settings.controlTopic.value}`);
  const key = migrationKey(settings);
  const log = await broker().controlLog();
  const follower = followControlLog({ log: key === undefined ? unsealedLog(log) : sealedLog(log, key) });
  const presence = broker().presence();
  try {
    await follower.catchUp();
    return await use({ follower, presence });
  } finally {
    await Promise.allSettled([follower.close(), presence.close()]);
  }
};

/** What to do about a missing topic, if it is one of Baton itself. */
const withAdvice = async (
  cause: BatonError,
  { broker, settings }: Pick<Context, 'broker' | 'settings'>,
): Promise<BatonError> => {
  for (const { value: topic } of [settings.controlTopic, settings.presenceTopic]) {
    if ((await broker().topicReader.settings(topic)) === undefined) {
      const text = `Expected topic ${topic}, which the broker does not have. Create it with: baton topics apply`;
      return new BatonError('topic-missing', text, { cause });
    }
  }
  return cause;
};

/** Where facts about groups and topics come from. */
export const factSources = ({ broker }: Pick<Context, 'broker'>): FactSources => {
  const { groupReader, logOffsets } = broker();
  return { groups: groupReader, offsets: logOffsets };
};

/** Every version whose topic may exist: retired ones have left the folder of schemas, not yet the broker. */
export const versionsUpTo = (newest: number): readonly Version[] =>
  Array.from({ length: newest }, (_, i) => version(i + 1));

/** The largest margin that the topics of an event type enforce; the usual one where they enforce none. */
export const enforcedMargin = async (
  eventType: string,
  versions: readonly Version[],
  { broker }: Pick<Context, 'broker'>,
): Promise<number> => {
  const settings = await Promise.all(
    versions.map((one) => broker().topicReader.settings(topicOf(eventType, one))),
  );
  const enforced = settings
    .flatMap((topic) => topic?.timestampAfterMaxMs ?? [])
    .filter((ms) => Number.isSafeInteger(ms));
  return enforced.length === 0 ? defaultBindTimings.marginMs : Math.max(...enforced);
};
