/** A sample of what a process holds. */
export interface Holdings {
  readonly rss: number;
  readonly heap: number;
  readonly descriptors: number;
  readonly sockets: number;
  /** Listeners on the process object. */
  readonly listeners: number;
  /** What keeps the event loop alive: timers, sockets, requests. */
  readonly resources: number;
}

/** Place and event of one handler call. */
export interface HandlerCall {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly id: string;
  readonly key: string;
  readonly version: number;
  readonly note: string;
  readonly attempt: number;
}

/** What a worker did, as it writes it down before it goes on. */
export type Deed =
  | { readonly kind: 'started'; readonly role: string; readonly instance: string; readonly pid: number }
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'publish-called';
      readonly eventType: string;
      readonly key: string;
      readonly note: string;
    }
  | {
      readonly kind: 'publish-answered';
      readonly note: string;
      readonly id: string;
      readonly createdAt: number;
      readonly published: string;
    }
  | { readonly kind: 'publish-failed'; readonly note: string; readonly code: string }
  /** The row of an event is in the outbox for good, as its writer was told. */
  | { readonly kind: 'row-committed'; readonly note: string; readonly id: string }
  /** The writer has taken the transaction of the row back on purpose. */
  | { readonly kind: 'row-rolled-back'; readonly note: string; readonly id: string }
  | {
      readonly kind: 'joined';
      readonly group: string;
      readonly member: string;
      readonly generation: number;
      readonly assignment: Readonly<Record<string, readonly number[]>>;
    }
  | ({ readonly kind: 'handler-began' } & HandlerCall)
  | ({ readonly kind: 'handler-ended' } & HandlerCall)
  | {
      readonly kind: 'commit-called';
      readonly commit: number;
      readonly group: string;
      readonly generation: number;
      readonly offsets: readonly (readonly [topic: string, partition: number, offset: number])[];
    }
  | { readonly kind: 'commit-ended'; readonly commit: number; readonly outcome: 'taken' | 'refused' }
  /** A partition was paused while the group held one. */
  | { readonly kind: 'held'; readonly group: string }
  | { readonly kind: 'entry-appended'; readonly entry: string }
  | { readonly kind: 'script-ended'; readonly result: string; readonly because: string }
  | { readonly kind: 'killed-at'; readonly point: string }
  | { readonly kind: 'stopped-at'; readonly point: string }
  | { readonly kind: 'clock-set'; readonly offsetMs: number }
  | ({ readonly kind: 'holdings' } & Holdings);

/** A deed with its time: milliseconds of a clock that all processes of the machine share and nobody sets. */
export type HistoryLine = Deed & { readonly t: number };

/** A line of a known worker and incarnation, as the audit reads it. */
export type WorkerLine = HistoryLine & { readonly worker: string; readonly incarnation: number };
