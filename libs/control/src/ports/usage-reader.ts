/** What one source wrote into the tail of a topic, in one set of published versions. */
export interface SourceUsage {
  /** The header `ce_source`; `undefined` on messages without it. */
  readonly source: string | undefined;
  /** The versions in which these events were published, ascending; `undefined` on messages that do not say. */
  readonly publishedVersions: readonly number[] | undefined;
  /** How many records of the tail. */
  readonly records: number;
  /** The newest record timestamp among them, in milliseconds since 1970. */
  readonly newest: number;
}

/** The newest records of a topic, by source. Visible data records only: nothing aborted, no control records. */
export interface TopicUsage {
  readonly topic: string;
  readonly sources: readonly SourceUsage[];
  /** `whole` if the tail reached back to the first stored record of every partition. */
  readonly reach: 'whole' | 'tail';
}

/** A group that has to do with some topics, registered or not. */
export interface GroupUsage {
  readonly group: string;
  /** Its members that subscribe to one of the topics; all its members where the broker does not say of which. */
  readonly members: readonly {
    readonly memberId: string;
    readonly clientId: string;
    readonly host: string;
  }[];
  /** Committed offsets by topic, then partition; topics without any commit are left out. */
  readonly committed: ReadonlyMap<string, readonly (number | undefined)[]>;
}

/** Who uses topics, as the broker knows it without anybody's word. */
export interface UsageReader {
  /** Reads a bounded tail of each partition (at most `perPartition` offsets back from the end). */
  lastRecords(topic: string, options?: { readonly perPartition?: number }): Promise<TopicUsage>;
  /** Every group that has a committed offset or a member on one of the topics. Rejects rather than leave one out. */
  groupsOn(topics: readonly string[]): Promise<readonly GroupUsage[]>;
}
