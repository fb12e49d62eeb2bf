import { BatonError, type Version } from '@baton/core';
import type { GroupRegistration } from '@baton/messaging';
import { type Deprecation, deprecationOf } from './deprecation-state';
import type { UnsignedEntry } from './entries';
import type { ControlFollower } from './follow-log';
import { groupState, receiverOf } from './state';

export interface RegisterDeps {
  readonly follower: ControlFollower;
  readonly group: string;
  /** Whether a new group may read nothing but deprecated versions; the log keeps that it insisted. */
  readonly allowDeprecated: boolean;
  /** Insists on beginning with this version, whatever is published in older ones; the log keeps that. */
  readonly fromVersion?: Version | undefined;
  /** Who says that it publishes an event type; left out, nobody is asked. */
  readonly publishersOf?: ((eventType: string) => Promise<readonly LivePublisher[]>) | undefined;
  append(entry: UnsignedEntry, reason: string): Promise<unknown>;
}

/** An instance and the versions that it publishes. */
export interface LivePublisher {
  readonly instance: string;
  readonly versions: readonly Version[];
}

/** Two members may find the group unregistered at once: both append, the first entry counts, both read it back. */
export const registerGroup = async (deps: RegisterDeps, registration: GroupRegistration): Promise<void> => {
  const { follower, group, append } = deps;
  const { eventType, handles, kind } = registration;
  const known = (): boolean => groupState(follower.state(), group, eventType).registration !== undefined;
  await follower.catchUp();
  if (known()) return;
  refuseSecondReceiver(deps, registration);
  const readable = readableVersions(deps, registration);
  await allow(deps, registration, readable);
  await refuseUnseenEvents(deps, registration);
  await append(
    {
      kind: 'group-registered',
      group,
      eventType,
      defaultVersion: readable.includes(registration.defaultVersion)
        ? registration.defaultVersion
        : lowest(readable),
      handles: [...handles],
      eventKind: kind,
      ...(deps.fromVersion === undefined ? {} : { fromVersion: deps.fromVersion }),
    },
    deps.fromVersion === undefined ? 'first start' : `first start, from v${deps.fromVersion} on`,
  );
  await follower.catchUp();
  if (known()) return;
  refuseSecondReceiver(deps, registration);
  throw new BatonError(
    'log-entry-void',
    `Expected group "${group}" to be registered for ${eventType} after its entry was stored, but the log ${follower.logId} has none. Start again.`,
  );
};

/** A command has one receiver: a second group would carry it out twice. */
const refuseSecondReceiver = (
  { follower, group }: RegisterDeps,
  { eventType, kind }: GroupRegistration,
): void => {
  const receiver = kind === 'command' ? receiverOf(follower.state(), eventType, group) : undefined;
  if (receiver === undefined) return;
  throw new BatonError(
    'second-receiver',
    `Expected one receiver of the command ${eventType}, group "${receiver}", got group "${group}" too. Let "${receiver}" publish an event about what it did, and subscribe to that.`,
  );
};

/** While a publisher of only older versions lives, a new group without a handler for them would miss its events. */
const refuseUnseenEvents = async (
  { group, fromVersion, publishersOf }: RegisterDeps,
  { eventType, handles }: GroupRegistration,
): Promise<void> => {
  const first = lowest([...handles].sort((a, b) => a - b));
  if (publishersOf === undefined || (fromVersion !== undefined && fromVersion <= first)) return;
  const unseen = (await publishersOf(eventType)).filter(
    ({ versions }) => versions.length > 0 && versions.every((version) => version < first),
  );
  if (unseen.length === 0) return;
  const who = unseen.map(({ instance, versions }) => `${instance} (${named(versions)})`).join(', ');
  throw new BatonError(
    'missing-handler',
    `Expected the new group "${group}" to see every event of ${eventType}, but it begins with v${first}, and these publish only older versions: ${who}. Add a handler or an upcast for the older version, wait until they publish v${first} too, or insist with fromVersion ${first}.`,
  );
};

/** The versions that a new group can still be bound to, ascending. */
const readableVersions = (
  { follower, group }: RegisterDeps,
  { eventType, handles }: GroupRegistration,
): readonly Version[] => {
  const readable = [...handles]
    .sort((a, b) => a - b)
    .filter((version) => {
      const phase = deprecationOf(follower.state(), eventType, version)?.phase.kind;
      return phase === undefined || phase === 'deprecated';
    });
  if (readable.length > 0) return readable;
  throw new BatonError(
    'version-deprecated',
    `Expected the new group "${group}" to read a live version of ${eventType}, but ${named(handles)} is retired. Add a handler for a newer version.`,
  );
};

/** A new group of nothing but deprecated versions is refused, or its wish to have it so is logged. */
const allow = async (
  { follower, group, allowDeprecated, append }: RegisterDeps,
  { eventType }: GroupRegistration,
  readable: readonly Version[],
): Promise<void> => {
  const deprecations = readable.map((version) => deprecationOf(follower.state(), eventType, version));
  const all = deprecations.flatMap((one) => (one === undefined ? [] : [one]));
  if (all.length < readable.length) return;
  if (!allowDeprecated) throw deprecatedOnly(group, all);
  for (const { version, allowed } of all) {
    if (allowed.has(group)) continue;
    await append({ kind: 'deprecated-allowed', eventType, version, group }, 'the new group insisted');
  }
};

const deprecatedOnly = (group: string, all: readonly Deprecation[]): BatonError => {
  const [first] = all;
  const text = all
    .map(
      ({ version, deadline, successor }) => `v${version} until ${date(deadline)} in favour of v${successor}`,
    )
    .join(', ');
  return new BatonError(
    'version-deprecated',
    `Expected the new group "${group}" to read a version of ${first?.eventType} that stays, but it reads deprecated ones only: ${text}. Add a handler for the newer version, or allow deprecated versions for this group.`,
  );
};

const lowest = (readable: readonly Version[]): Version => {
  const [first] = readable;
  if (first !== undefined) return first;
  throw new BatonError('invalid-argument', 'Expected a group that handles at least one version, got none.');
};

const named = (versions: readonly Version[]): string => versions.map((version) => `v${version}`).join(', ');

const date = (millis: number): string => new Date(millis).toISOString();
