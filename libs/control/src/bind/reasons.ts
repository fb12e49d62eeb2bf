import { formatInstant, type Instant } from '@baton/core';
import type { PartitionEvidence } from '../evidence/bind-facts';

export type ReasonCode =
  | 'group-not-registered'
  | 'group-unreadable'
  | 'topic-missing'
  | 'topics-differ'
  | 'version-not-handled'
  | 'version-not-subscribed'
  | 'version-over'
  | 'bound-otherwise'
  | 'since-too-early'
  | 'since-before-last-binding'
  | 'record-passed'
  | 'handlers-unknown'
  | 'publishers-unknown'
  | 'version-not-published'
  | 'entry-void'
  | 'members-refused'
  | 'members-left'
  | 'members-silent'
  | 'deadline-passed'
  | 'withdrawn';

/** Why something is not done, or what to mind: a word for programs, and a text that says what to do. */
export interface Reason {
  readonly code: ReasonCode;
  readonly text: string;
}

/** Says that the group is past a record that the instant would bind. */
export const recordPassed = (since: Instant, passed: readonly PartitionEvidence[]): Reason => ({
  code: 'record-passed',
  text: `Expected no committed offset past a record created at or after ${formatInstant(since)}, but there is one in ${passed.map(({ topic, partition }) => `${topic}/${partition}`).join(', ')}. A publisher's clock runs ahead: mend it, check message.timestamp.after.max.ms, and take a later instant.`,
});
