import {
  BatonError,
  type Deprecation,
  type EventType,
  instantFromMillis,
  type PublishedVersions,
  publishedVersions,
  topicOf,
  type Version,
  version,
} from '@baton/core';
import type { PublicationPolicy, VersionStanding } from '../ports/publication-policy';

/** An event type that this publisher publishes, checked. */
export interface CheckedPublication {
  readonly eventType: EventType;
  /** The configured versions that were not retired at the start. */
  readonly configured: readonly Version[];
  readonly partitions: number;
}

/** In which versions an event that is accepted now is published; none are left once all of them retire. */
export interface LivePublication {
  readonly configured: readonly Version[];
  readonly published: PublishedVersions | undefined;
  readonly partitions: number;
  readonly deprecations: ReadonlyMap<Version, Deprecation>;
}

export interface VersionOfType {
  readonly eventType: string;
  readonly version: Version;
}

type Standings = Pick<PublicationPolicy, 'standing'>;

const allLive: Standings = { standing: () => ({ kind: 'live' }) };

/** What is published at present: the configured versions without those that retire. */
export class Publications {
  private live: ReadonlyMap<string, LivePublication> = new Map();

  constructor(
    private readonly checked: readonly CheckedPublication[],
    private readonly policy: Standings = allLive,
  ) {
    this.refresh();
  }

  /** Reads the standings anew; answers the event types whose published versions are not what they were. */
  refresh(): readonly string[] {
    const before = this.live;
    this.live = new Map(
      this.checked.map((each) => [each.eventType.name, livePublication(each, this.policy)]),
    );
    return [...this.live]
      .filter(([name, { published }]) => String(before.get(name)?.published) !== String(published))
      .map(([name]) => name);
  }

  of(eventType: string): LivePublication | undefined {
    return this.live.get(eventType);
  }

  /** The versions of each event type, ascending; none where all of them retire. */
  versions(): ReadonlyMap<string, readonly Version[]> {
    return new Map([...this.live].map(([name, { published }]) => [name, published ?? []]));
  }

  /**
   * What has begun to retire, and waits for everybody to stop writing it. Versions that are not configured count too:
   * a former release of this instance may be on the list of those who must answer, and only this one can.
   */
  retiring(): readonly VersionOfType[] {
    return this.checked.flatMap(({ eventType, configured }) =>
      [...new Set([...upTo(eventType.newest), ...configured])]
        .filter((one) => this.policy.standing(eventType.name, one).kind === 'retiring')
        .map((one) => ({ eventType: eventType.name, version: one })),
    );
  }
}

/** The versions that may still come to be published: a retired one never comes back, and its topic may be gone. */
export const versionsToCheck = (
  eventType: string,
  configured: readonly Version[],
  policy: Standings = allLive,
): readonly Version[] => {
  const standings = configured.map((version) => policy.standing(eventType, version));
  if (!standings.some(isPublished)) throw retired(eventType, configured);
  return configured.filter((_, i) => standings[i]?.kind !== 'retired');
};

/** The error for an event type none of whose configured versions is published any more. */
export const retired = (eventType: string, configured: readonly Version[]): BatonError =>
  new BatonError(
    'version-retired',
    `${eventType}: expected a configured version that is still published, got ${configured.map((v) => `v${v}`).join(', ')} only, which retire. Publish a version that is live.`,
    { details: { eventType, versions: configured } },
  );

/** A release need not know the contracts of all versions that there were. */
const upTo = (newest: number): readonly Version[] => Array.from({ length: newest }, (_, i) => version(i + 1));

const isPublished = ({ kind }: VersionStanding): boolean => kind === 'live' || kind === 'deprecated';

const livePublication = (
  { eventType: { name }, configured, partitions }: CheckedPublication,
  policy: Standings,
): LivePublication => {
  const standings = configured.map((version) => ({ version, standing: policy.standing(name, version) }));
  const versions = standings.filter(({ standing }) => isPublished(standing)).map(({ version }) => version);
  const deprecations = standings.flatMap(({ version, standing }): [Version, Deprecation][] =>
    standing.kind === 'deprecated' ? [[version, deprecationOf(name, standing)]] : [],
  );
  return {
    configured,
    published: versions.length === 0 ? undefined : publishedVersions(versions),
    partitions,
    deprecations: new Map(deprecations),
  };
};

const deprecationOf = (
  eventType: string,
  { since, sunset, successor }: VersionStanding & { kind: 'deprecated' },
): Deprecation => ({
  since: instantFromMillis(since),
  sunset: instantFromMillis(sunset),
  successor: topicOf(eventType, successor),
});
