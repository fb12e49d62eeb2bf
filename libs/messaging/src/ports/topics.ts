/** The settings of a topic that the promises rest on. */
export interface TopicSettings {
  readonly partitions: number;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  /** How far ahead of the broker's clock a record may be stamped (milliseconds). */
  readonly timestampAfterMaxMs: number;
  /** How far behind it may be stamped (milliseconds); must be unlimited on event topics. */
  readonly timestampBeforeMaxMs: number;
  readonly retentionMs: number;
  readonly cleanupPolicy: string;
}

/** Reads settings of topics. */
export interface TopicReader {
  /** `undefined` if the topic does not exist. */
  settings(topic: string): Promise<TopicSettings | undefined>;
}

/** The partition that a key belongs to; the same for every client of a topic. */
export type Partitioner = (key: string, partitionCount: number) => number;
