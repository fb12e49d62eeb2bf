/** From `since` (milliseconds) on, `version` counts. */
export interface Segment {
  readonly since: number;
  readonly version: number;
}

/** Where in a timeline an instant falls: the last segment that has begun by then. */
export const segmentAt = (timeline: readonly Segment[], createdAt: number): number => {
  let index = 0;
  for (let i = 1; i < timeline.length; i += 1) {
    const segment = timeline[i];
    if (segment !== undefined && segment.since <= createdAt) index = i;
  }
  return index;
};

/** The version that a timeline names at an instant. */
export const namedAt = (timeline: readonly Segment[], createdAt: number): number | undefined =>
  timeline[segmentAt(timeline, createdAt)]?.version;

/** The one version of an event that counts: the named one, else the nearest below it, else the lowest above it. */
export const responsibleFor = (
  { createdAt, published }: { readonly createdAt: number; readonly published: readonly number[] },
  timeline: readonly Segment[],
): number | undefined => {
  const named = namedAt(timeline, createdAt);
  if (named === undefined) return undefined;
  let below: number | undefined;
  let above: number | undefined;
  for (const version of published) {
    if (version <= named) below = Math.max(below ?? version, version);
    else above = Math.min(above ?? version, version);
  }
  return below ?? above;
};
