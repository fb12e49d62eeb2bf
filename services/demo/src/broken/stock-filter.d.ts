/** The filter of aborted reads that stock kafkajs uses. */
declare module 'kafkajs/src/consumer/filterAbortedMessages' {
  interface FilteredMessage {
    readonly offset: string;
    readonly key: Buffer | null;
    readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
  }
  function filterAbortedMessages<M extends FilteredMessage>(input: {
    readonly messages: readonly M[];
    readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  }): readonly M[];
  export = filterAbortedMessages;
}
