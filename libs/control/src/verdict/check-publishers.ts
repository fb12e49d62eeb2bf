import type { Version } from '@baton/core';
import type { SourceUsage } from '../ports/usage-reader';
import type { PublisherFact, StopFacts, Traffic } from './facts';
import { type Check, check, checkSeen, date, notYet, unknown } from './verdict';

/** Whether every publisher can go on without the version: by its own word, and by what lies in the topic. */
export const checkPublishers = (facts: StopFacts): readonly Check[] => [
  ...checkSeen('which publishers live', facts.publishers, ({ publishers, unreadable }, at) => [
    check(
      { fact: 'publishers that say what they write', value: publishers.length, at },
      publishers.length > 0
        ? undefined
        : unknown(
            'publishers-unknown',
            `No publisher says that it lives. Start the publishers of ${facts.eventType}; nobody could acknowledge that v${facts.version} stops.`,
          ),
    ),
    check(
      { fact: 'words of instances that nobody can read', value: unreadable, at },
      unreadable === 0
        ? undefined
        : unknown(
            'presence-unreadable',
            `${unreadable} entries of baton.presence cannot be read; one of them may be a publisher. Upgrade this command, or remove them.`,
          ),
    ),
    ...publishers.map((publisher) => checkPublisher(facts, publisher)),
  ]),
  ...checkSeen('who wrote the newest records', facts.traffic, ({ sources, reaches }, at) => [
    ...reaches.map((one) => checkReach(one, at)),
    { evidence: { fact: `newest v${facts.version} record`, value: newestOf(sources, facts.version), at } },
    ...newestBySource(sources).map((source) => checkSource(facts, source, at)),
  ]),
];

const checkPublisher = (facts: StopFacts, { instance, versions, at }: PublisherFact): Check => {
  const { version, brokerTime, limits, declared } = facts;
  const evidence = { fact: `publisher ${instance}`, value: versions.map((v) => `v${v}`).join(', '), at };
  if (declared.gone?.includes(instance) === true)
    return { evidence: { ...evidence, value: 'declared gone' } };
  if (!versions.includes(version)) return { evidence };
  const age = brokerTime - at;
  if (age > limits.staleMs) {
    return check(
      evidence,
      unknown(
        'publisher-stale',
        `Publisher "${instance}" has not been heard of for ${Math.round(age / 1000)} s: it may be paused, or killed. Look at it; if it is gone for good, say so with \`--gone ${instance}\`.`,
      ),
    );
  }
  return check(
    evidence,
    hasOther(facts, versions)
      ? undefined
      : notYet(
          'publisher-of-this-version-only',
          `Publisher "${instance}" writes v${version} only. Upgrade it to a release that writes the successor too, or stop it.`,
        ),
  );
};

/** How far back the sources were looked for; a tail in which nothing is visible says nothing of them. */
const checkReach = ({ topic, reach, records }: Traffic['reaches'][number], at: number): Check =>
  check(
    {
      fact: `records looked at in ${topic}`,
      value:
        reach === 'whole' ? `all ${records} stored` : `the newest ${records}; older ones were not looked at`,
      at,
    },
    reach === 'whole' || records > 0
      ? undefined
      : unknown(
          'traffic-unknown',
          `The newest offsets of ${topic} hold nothing visible, and older ones were not looked at. Let its publishers publish an event, and run this again.`,
        ),
  );

const newestOf = (sources: readonly SourceUsage[], version: Version): string => {
  const own = sources.filter(({ publishedVersions }) => publishedVersions?.includes(version) !== false);
  return own.length === 0 ? 'none' : date(Math.max(...own.map(({ newest }) => newest)));
};

/** What each source wrote last: it may have written one version in former times. */
const newestBySource = (sources: readonly SourceUsage[]): readonly SourceUsage[] => {
  const newest = new Map<string, SourceUsage>();
  for (const one of sources) {
    const name = nameOf(one);
    const other = newest.get(name);
    if (other === undefined || one.newest > other.newest) newest.set(name, one);
  }
  return [...newest.values()];
};

const nameOf = ({ source }: SourceUsage): string => source ?? 'without-source';

const checkSource = (facts: StopFacts, source: SourceUsage, at: number): Check => {
  const { version, brokerTime, limits, declared } = facts;
  const name = nameOf(source);
  const versions = source.publishedVersions ?? [version];
  const evidence = {
    fact: `source ${name}`,
    value: `${versions.map((v) => `v${v}`).join(', ')} at ${date(source.newest)}`,
    at,
  };
  if (hasOther(facts, versions) || declared.gone?.includes(name) === true) return { evidence };
  const text = `Source "${name}" wrote v${version} only, last at ${date(source.newest)}.`;
  return check(
    evidence,
    brokerTime - source.newest <= limits.recentMs
      ? notYet('source-of-this-version-only', `${text} Upgrade it, so that it writes the successor too.`)
      : unknown(
          'source-of-this-version-only',
          `${text} It may come back, as a weekly job does. Upgrade it; if it is gone for good, say so with \`--gone ${name}\`.`,
        ),
  );
};

/** Whether somebody writes a version that stays. */
const hasOther = ({ version, log }: StopFacts, versions: readonly number[]): boolean => {
  const over: ReadonlySet<number> = log.kind === 'seen' ? log.value.over : new Set();
  return versions.some((one) => one !== version && !over.has(one));
};
