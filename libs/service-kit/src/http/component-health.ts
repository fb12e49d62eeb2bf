import type { BlockedPartition, ConsumerHealth, PublisherHealth } from '@baton/messaging';
import type { Reason } from './health';

/**
 * Whether the consumer keeps a service from being ready: a failing event is a reason, with its place and code. Anybody
 * may ask for readiness, so texts of errors, which may repeat what an event says, stay in the log.
 */
export const consumerReasons = (health: ConsumerHealth): readonly Reason[] => {
  switch (health.kind) {
    case 'ready':
      return [];
    case 'starting':
      return [{ check: 'consumer', because: 'The consumer has no assignment yet.' }];
    case 'stopped':
      return [{ check: 'consumer', because: 'The consumer has stopped.' }];
    case 'failed':
      return [
        { check: 'consumer', because: 'The consumer ended by itself. The log of the service says why.' },
      ];
    case 'blocked':
      return health.on.map(blockedReason);
  }
};

/** Whether the publisher keeps a service from being ready. */
export const publisherReasons = (health: PublisherHealth): readonly Reason[] => {
  switch (health.kind) {
    case 'ready':
      return [];
    case 'retrying': {
      const because = 'The publisher tries again what failed. The log of the service says why.';
      return [{ check: 'publisher', because, since: new Date(health.since).toISOString() }];
    }
    case 'closed':
      return [{ check: 'publisher', because: 'The publisher is closed.' }];
  }
};

const blockedReason = ({ topic, partition, offset, attempts, code }: BlockedPartition): Reason => ({
  check: 'consumer',
  topic,
  partition,
  offset,
  attempts,
  code,
  because: becauseOf(code),
});

const becauseOf = (code: string): string => {
  switch (code) {
    case 'event-too-large':
      return 'A dead letter is too large for its topic. Raise max.message.bytes of the dead-letter topic.';
    case 'handler-timed-out':
      return 'The handler of the event takes too long. Give it a deadline, and see what it waits for.';
    case 'handler-failed':
      return 'The handler of the event failed. The log of the service has its error: mend the handler, or discard what it cannot handle.';
    default:
      return `Events wait here. The reference of errors says what to do about ${code}; the log of the service has the rest.`;
  }
};
