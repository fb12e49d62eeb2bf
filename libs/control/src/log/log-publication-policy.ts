import type { Version } from '@baton/core';
import { type Logger, type PublicationPolicy, silentLogger, type VersionStanding } from '@baton/messaging';
import type { ControlLog } from '../ports/log';
import { type Deprecation, deprecationOf } from './deprecation-state';
import { sign } from './entries';
import { type ControlFollower, followControlLog } from './follow-log';
import type { ControlState } from './state';

export interface LogPublicationPolicyDeps {
  /** A log is taken over and closed here; a follower is shared, and left open. */
  readonly source: { readonly log: ControlLog } | { readonly follower: ControlFollower };
  /** Under which name the instance keeps its presence: the one that `retiring` lists. */
  readonly instance: string;
  readonly logger?: Logger;
}

/** Which versions are still published, as the control log has it. */
export const createLogPublicationPolicy = ({
  source,
  instance,
  logger = silentLogger,
}: LogPublicationPolicyDeps): PublicationPolicy => {
  const follower = 'follower' in source ? source.follower : followControlLog({ log: source.log, logger });
  const stops = new Set<() => void>();
  return {
    catchUp: follower.catchUp,
    standing: (eventType, version) => standingOf(deprecationOf(follower.state(), eventType, version)),
    onChange: (listener) => {
      const stop = follower.onEntry((after, before) => {
        if (standingsDiffer(after, before)) listener();
      });
      stops.add(stop);
      return stop;
    },
    acknowledgeRetired: (eventType, version) => acknowledge(follower, instance, { eventType, version }),
    close: async () => {
      for (const stop of stops) stop();
      if (!('follower' in source)) await follower.close();
    },
  };
};

/** What a deprecation means for who writes the version. */
export const standingOf = (deprecation: Deprecation | undefined): VersionStanding => {
  if (deprecation === undefined) return { kind: 'live' };
  const { phase, announcedAt, deadline, successor } = deprecation;
  switch (phase.kind) {
    case 'deprecated':
      return { kind: 'deprecated', since: announcedAt, sunset: deadline, successor };
    case 'retiring':
    case 'writes-refused':
      return { kind: 'retiring' };
    case 'retired':
      return { kind: 'retired' };
  }
};

const standingsDiffer = (after: ControlState, before: ControlState): boolean => {
  if (after.eventTypes === before.eventTypes) return false;
  return [...after.eventTypes.values()].some(({ eventType, deprecations }) =>
    [...deprecations].some(([version, now]) => {
      const was = deprecationOf(before, eventType, version);
      return now !== was && (now.phase.kind !== was?.phase.kind || now.deadline !== was.deadline);
    }),
  );
};

/** Says nothing twice, and nothing to an attempt that was withdrawn meanwhile. */
const acknowledge = async (
  follower: ControlFollower,
  publisher: string,
  { eventType, version }: { eventType: string; version: Version },
): Promise<void> => {
  const phase = deprecationOf(follower.state(), eventType, version)?.phase;
  if (phase?.kind !== 'retiring' || phase.retirement.acknowledged.has(publisher)) return;
  const { attempt } = phase.retirement;
  await follower.append(
    sign(
      { kind: 'retiring-acknowledged', eventType, version, publisher, attempt },
      { by: publisher, reason: 'everything under way with the version is through' },
    ),
  );
};
