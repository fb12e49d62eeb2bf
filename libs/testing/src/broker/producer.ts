import { BatonError } from '@baton/core';
import type { TransactionalProducer, TransactionalProducerFactory } from '@baton/messaging';
import type { Network } from './network';
import type { Observer } from './observer';
import type { SimulatedProcess } from './process';
import type { Transactions } from './transactions';

export interface ProducerDeps {
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly transactions: Transactions;
  readonly observer: Observer;
}

/** Producers of one process. Like kafkajs, one that has seen an error is good for nothing any more. */
export const createProducerFactory =
  ({ network, process, transactions, observer }: ProducerDeps): TransactionalProducerFactory =>
  async (transactionalId) => {
    const identity = await network.call(process, 'connect', () => {
      observer.observe({ kind: 'producer-connected', process: process.name, transactionalId });
      return transactions.init(transactionalId);
    });
    let state: 'idle' | 'open' | 'broken' | 'closed' = 'idle';

    const step = async (
      expected: 'idle' | 'open',
      next: 'idle' | 'open',
      request: () => Promise<void>,
    ): Promise<void> => {
      if (state !== expected) {
        throw new BatonError('invalid-argument', `Expected a producer that is ${expected}, got ${state}.`);
      }
      state = 'broken';
      await request();
      if (state === 'broken') state = next;
    };

    const producer: TransactionalProducer = {
      begin: () => step('idle', 'open', () => network.call(process, 'begin', () => {})),
      send: (records) =>
        step('open', 'open', () => network.call(process, 'send', () => transactions.send(identity, records))),
      commit: () =>
        step('open', 'idle', () =>
          network.call(process, 'commit', () => transactions.finish(identity, 'commit')),
        ),
      abort: () =>
        step('open', 'idle', () =>
          network.call(process, 'abort', () => transactions.finish(identity, 'abort')),
        ),
      close: async () => {
        state = 'closed';
      },
    };
    return producer;
  };
