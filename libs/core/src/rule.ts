import type { Instant } from './instant';
import { type Timeline, versionAt } from './timeline';
import type { PublishedVersions, Version } from './version';

/**
 * The rule. Of the twins of one event exactly one counts for a group: the version that the group's timeline names at
 * `createdAt` if the event was published in it, otherwise the nearest published version below, otherwise the lowest
 * published one above. All twins carry the same inputs, so all of them come to the same answer.
 */
export const responsibleVersion = (
  createdAt: Instant,
  published: PublishedVersions,
  timeline: Timeline,
): Version => nearestPublished(versionAt(timeline, createdAt), published);

const nearestPublished = (named: Version, published: PublishedVersions): Version => {
  let nearest = published[0] as Version;
  for (const candidate of published) {
    if (candidate <= named) nearest = candidate;
  }
  return nearest;
};

/** What a group does with one message: `process` it, or `skip` it because another twin counts. */
export type Decision =
  | { readonly kind: 'process'; readonly because: 'named' | 'nearest-published' }
  | { readonly kind: 'skip'; readonly responsible: Version };

/** Decides one message of version `own`. `nearest-published` says that the timeline names a version the event does not have. */
export const decide = (
  own: Version,
  {
    createdAt,
    published,
    timeline,
  }: { createdAt: Instant; published: PublishedVersions; timeline: Timeline },
): Decision => {
  const named = versionAt(timeline, createdAt);
  const responsible = nearestPublished(named, published);
  if (responsible !== own) return { kind: 'skip', responsible };
  return { kind: 'process', because: own === named ? 'named' : 'nearest-published' };
};
