import { isEventTypeName, type Version, version } from '@baton/core';
import { z } from 'zod';
import type { PresenceStore } from '../ports/log';
import type { InstanceFact } from './bind-facts';

const name = z.string().min(1).max(500);
const versions = z
  .array(
    z
      .number()
      .int()
      .min(1)
      .transform((value): Version => version(value)),
  )
  .readonly();
const byEventType = z.record(z.string().refine(isEventTypeName), versions);

const shared = {
  schemaVersion: z.literal(1),
  /** The client id with which it speaks to the broker: so a group's members are told from who is gone. */
  instance: name,
  service: name,
  host: name,
  pid: z.number().int(),
  /** Milliseconds since 1970, by the clock of the instance. */
  startedAt: z.number().int(),
};

const publisherSchema = z.object({ ...shared, kind: z.literal('publisher'), publishes: byEventType });
const memberSchema = z.object({
  ...shared,
  kind: z.literal('member'),
  group: name,
  handles: byEventType,
  /** How many stragglers it has processed since its start. */
  stragglers: z.number().int().nonnegative().optional(),
});

/** What a live publisher instance says of itself: the versions it writes, by event type. */
export type PublisherPresence = z.output<typeof publisherSchema>;
/** What a live member of a group says of itself: the versions it handles or can translate, by event type. */
export type MemberPresence = z.output<typeof memberSchema>;
export type Presence = PublisherPresence | MemberPresence;

/** Under which name an instance keeps its word: one that publishes and reads has two. */
export const presenceKey = (presence: Presence): string =>
  presence.kind === 'publisher'
    ? `publisher ${presence.instance}`
    : `member ${presence.group} ${presence.instance}`;

/** Reads what an instance put; `undefined` if it is not readable. */
export const parsePresence = (value: unknown): Presence | undefined => {
  const parsed = z.discriminatedUnion('kind', [publisherSchema, memberSchema]).safeParse(value);
  return parsed.success ? parsed.data : undefined;
};

/** A word of an instance, with the broker time at which it was put. */
export type Seen<P extends Presence> = P & { readonly at: number };

/** Everybody who lives, as far as anybody said so; `unreadable` counts the rest. */
export interface PresenceList {
  readonly publishers: readonly Seen<PublisherPresence>[];
  readonly members: readonly Seen<MemberPresence>[];
  readonly unreadable: number;
}

/** Reads the presence of all instances, by instance name. */
export const readPresence = async (store: PresenceStore): Promise<PresenceList> => {
  const all = [...(await store.all())]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { at, value }]) => ({ at, presence: parsePresence(value) }));
  return {
    publishers: all.flatMap(({ at, presence }) =>
      presence?.kind === 'publisher' ? [{ ...presence, at }] : [],
    ),
    members: all.flatMap(({ at, presence }) => (presence?.kind === 'member' ? [{ ...presence, at }] : [])),
    unreadable: all.filter(({ presence }) => presence === undefined).length,
  };
};

/** How many stragglers the live members of a group have processed since they started; `undefined` if none says. */
export const stragglersOf = ({ members }: PresenceList, group: string): number | undefined => {
  const counts = members.flatMap((member) =>
    member.group === group && member.stragglers !== undefined ? [member.stragglers] : [],
  );
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
};

/** The live publishers of an event type. */
export const publishersOf = (
  { publishers }: PresenceList,
  eventType: string,
  now: number,
): readonly InstanceFact[] =>
  publishers.flatMap(({ instance, publishes, at }) =>
    publishes[eventType] === undefined ? [] : [{ instance, versions: publishes[eventType], ageMs: now - at }],
  );

/** The live members of a group that read an event type. */
export const membersOf = (
  { members }: PresenceList,
  { group, eventType }: { group: string; eventType: string },
  now: number,
): readonly InstanceFact[] =>
  members.flatMap(({ instance, group: own, handles, at }) =>
    own !== group || handles[eventType] === undefined
      ? []
      : [{ instance, versions: handles[eventType], ageMs: now - at }],
  );
