/** An event that lending acknowledged by an HTTP answer. */
export interface AcknowledgedEvent {
  readonly id: string;
  readonly key: string;
}

/** A committed record as the audit's own reader found it. */
export interface CommittedRecord {
  /** The version of the topic that it was found on. */
  readonly version: number;
  readonly partition: number;
  readonly id: string;
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** The published versions as its header says them, such as `1,2`. */
  readonly publishedVersions: string;
}

/** One row that a handler appended: never unique by id. */
export interface Effect {
  readonly id: string;
  readonly key: string;
  readonly version: number;
  readonly instance: string;
  /** Ascending inside one instance. */
  readonly sequence: number;
  /** Milliseconds since 1970, by the clock of the instance. */
  readonly at: number;
}

export interface AuditInput {
  /** In the order of the answers; for one key this is the publish order. */
  readonly acknowledged: readonly AcknowledgedEvent[];
  readonly records: readonly CommittedRecord[];
  readonly effects: Readonly<Record<string, readonly Effect[]>>;
}

export interface GroupFigures {
  /** Distinct events by the version they were handled in. */
  readonly handled: Readonly<Record<string, number>>;
  /** Acknowledged and not handled. */
  readonly lost: number;
  /** One id handled in two versions. */
  readonly doubled: number;
  /** The same version again: rows beyond the first. */
  readonly redelivered: number;
  /** First handlings that would have to move for every key to follow its publish order. */
  readonly outOfOrder: number;
  /** Handled, though no committed record has the id. */
  readonly unpublished: number;
}

export interface AuditFigures {
  /** Acknowledged events. */
  readonly published: number;
  /** Committed events that no answer acknowledged: their connection broke. */
  readonly unacknowledged: number;
  /** Ids whose published-versions header differs from the set of topics where they are visible. */
  readonly torn: number;
  /** Ids whose copies differ in key, createdAt or partition number. */
  readonly unequalTwins: number;
  readonly groups: Readonly<Record<string, GroupFigures>>;
}
