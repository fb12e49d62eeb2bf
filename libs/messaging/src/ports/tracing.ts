import type { Envelope, Version } from '@baton/core';
import type { TopicPartition } from './records';

/** What the spans of an event say of it. Key and data stay out of them: they may be personal. */
export type TracedEvent = Pick<Envelope, 'id' | 'source' | 'type' | 'traceparent'> &
  Partial<Pick<Envelope, 'published'>>;

/** A twin, as a group read it. */
export interface TracedTwin extends TracedEvent, TopicPartition {
  readonly offset: number;
  readonly group: string;
  /** The version of its topic. */
  readonly version: Version;
}

/** Tells the way of each event as spans of one trace. Never throws, never waits; nobody decides by it. */
export interface Tracing {
  /**
   * Begins a span on the publishing side: `create` puts the event into an outbox, `send` sends it from there, `publish`
   * sends it at once. It goes on with the trace context of the event, otherwise with the span around the call, and `send`
   * with nothing else. `undefined` where there is nothing to tell.
   */
  sending(step: 'create' | 'send' | 'publish', event: TracedEvent): SendingSpan | undefined;
  /** Runs one try of a handler within a span that goes on with the trace context of the event. */
  processing(twin: TracedTwin, attempt: number, work: () => Promise<void>): Promise<void>;
  /** Tells that a group passes over a twin because the one of version `responsible` counts. */
  skipped(twin: TracedTwin, responsible: Version): void;
}

/** A span that is under way on the publishing side. */
export interface SendingSpan {
  /** What the messages carry, so that their consumers go on from here. */
  readonly traceparent: string;
  done(): void;
  failed(error: unknown): void;
}

/** Ends a span, where there is one, with what comes of `work`. */
export const spanning = <T>(span: SendingSpan | undefined, work: Promise<T>): Promise<T> => {
  if (span === undefined) return work;
  return work.then(
    (result) => {
      span.done();
      return result;
    },
    (error: unknown) => {
      span.failed(error);
      throw error;
    },
  );
};
