import type { ConsumerHealth, PublisherHealth } from '@baton/messaging';
import type { Reason } from './health';

/** Whether the consumer keeps a service from being ready: a failing event is a reason, with its place. */
export const consumerReasons = (health: ConsumerHealth): readonly Reason[] => {
  switch (health.kind) {
    case 'ready':
      return [];
    case 'starting':
      return [{ check: 'consumer', because: 'The consumer has no assignment yet.' }];
    case 'stopped':
      return [{ check: 'consumer', because: 'The consumer has stopped.' }];
    case 'failed':
      return [{ check: 'consumer', because: health.because }];
    case 'blocked':
      return health.on.map((blocked) => ({ check: 'consumer', ...blocked }));
  }
};

/** Whether the publisher keeps a service from being ready. */
export const publisherReasons = (health: PublisherHealth): readonly Reason[] => {
  switch (health.kind) {
    case 'ready':
      return [];
    case 'retrying':
      return [{ check: 'publisher', because: health.because, since: new Date(health.since).toISOString() }];
    case 'closed':
      return [{ check: 'publisher', because: 'The publisher is closed.' }];
  }
};
