/** How kafkajs sends, and how it repeats, for the tests that hold what it does wrong. */
declare module 'kafkajs/src/producer/sendMessages' {
  function createSendMessages(deps: {
    readonly logger: object;
    readonly cluster: object;
    readonly eosManager: object;
    readonly partitioner: (args: import('kafkajs').PartitionerArgs) => number;
    readonly retrier: unknown;
  }): (request: {
    readonly acks: number;
    readonly timeout: number;
    readonly topicMessages: readonly { readonly topic: string; readonly messages: readonly object[] }[];
  }) => Promise<unknown>;
  export = createSendMessages;
}

declare module 'kafkajs/src/retry' {
  function createRetry(options: { readonly initialRetryTime: number; readonly retries: number }): unknown;
  export = createRetry;
}
