import { BatonError } from '@baton/core';
import type { BrokerPart, NodePorts, Part, Ports } from './state';

/** The ports of every broker, in the order of their node ids, which start with 1. */
export const nodePorts = ({ broker, controller, others = [] }: Ports): readonly NodePorts[] => [
  { broker, controller },
  ...others,
];

/** What a broker is called among the parts of a stack. */
export const brokerPart = (node: number): BrokerPart => (node === 1 ? 'broker' : `broker-${node}`);

/** The node id of a broker among the parts of a stack. */
export const nodeOf = (part: BrokerPart): number =>
  part === 'broker' ? 1 : Number(part.slice('broker-'.length));

/** Every broker of a stack. */
export const brokerParts = (ports: Ports): readonly BrokerPart[] =>
  nodePorts(ports).map((_, index) => brokerPart(index + 1));

export const isBroker = (part: Part): part is BrokerPart => part !== 'registry';

/** Where clients reach the brokers. */
export const brokerAddresses = (ports: Ports): readonly string[] =>
  nodePorts(ports).map(({ broker }) => `127.0.0.1:${broker}`);

/** The numbers of brokers with which a stack can run: a majority has to be left when one is killed. */
const sizes: readonly number[] = [1, 3];

/** Refuses a number of brokers with which a stack cannot run. */
export const checkSize = (brokers: number): number => {
  if (sizes.includes(brokers)) return brokers;
  throw new BatonError('invalid-argument', `Expected ${sizes.join(' or ')} brokers, got ${brokers}.`);
};

/** How many copies there are of what must not be lost, and how many of them a write needs. */
export const copiesOf = (brokers: number): { readonly copies: number; readonly inSync: number } =>
  brokers >= 3 ? { copies: 3, inSync: 2 } : { copies: 1, inSync: 1 };
