/** Where the logs of topics begin and end. Every method throws `topic-missing` for a topic that is not there. */
export interface LogOffsets {
  /** The first offset still stored, by partition. */
  earliest(topic: string): Promise<readonly number[]>;
  /** The end of the log, by partition: the high watermark, records of open transactions included. */
  end(topic: string): Promise<readonly number[]>;
  /** By partition: the first offset whose record is stamped at or after `timestamp` (milliseconds), the end if none is. */
  firstStampedFrom(topic: string, timestamp: number): Promise<readonly number[]>;
  /** How many partitions the topic has. */
  partitionCount(topic: string): Promise<number>;
}
