/** How kafkajs connects, sends and repeats, for the tests that hold what it does wrong. */
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

declare module 'kafkajs/src/protocol/encoder' {
  class Encoder {
    readonly buffer: Buffer;
  }
  export = Encoder;
}

declare module 'kafkajs/src/network/connection' {
  interface Answer {
    readonly answer: number;
  }

  class Connection {
    constructor(options: {
      readonly host: string;
      readonly port: number;
      readonly connectionTimeout: number;
      readonly requestTimeout: number;
      readonly logger: { readonly namespace: () => object };
      readonly socketFactory: (place: {
        readonly host: string;
        readonly port: number;
        readonly onConnect: () => void;
      }) => import('node:net').Socket;
    });
    connect(): Promise<boolean>;
    disconnect(): Promise<boolean>;
    send(question: {
      readonly request: {
        readonly apiKey: number;
        readonly apiVersion: number;
        readonly apiName: string;
        readonly encode: () => Promise<import('kafkajs/src/protocol/encoder')>;
      };
      readonly response: {
        readonly decode: (payload: Buffer) => Promise<Answer>;
        readonly parse: (decoded: Answer) => Promise<Answer>;
      };
    }): Promise<Answer>;
  }
  export = Connection;
}

declare module 'kafkajs/src/consumer/consumerGroup' {
  class ConsumerGroup {
    constructor(options: {
      readonly topics: readonly string[];
      readonly logger: { readonly namespace: () => object };
    });
    heartbeat(options: { readonly interval: number }): Promise<void>;
  }
  export = ConsumerGroup;
}
