import type { EngineState } from './engine';
import { dataFolderOf } from './java-broker';
import { smallDiskOf } from './small-disk';
import type { BrokerOptions } from './state';

const state = (brokerOptions: BrokerOptions = {}): EngineState => ({
  name: 'mine',
  dataDir: '/stack',
  pids: {},
  ports: { broker: 1, controller: 2, registry: 3, others: [{ broker: 4, controller: 5 }] },
  brokerOptions,
});

describe('the data of brokers', () => {
  it('lie in the stack, each in a folder of its own', () => {
    expect(dataFolderOf(state(), 'broker')).toBe('/stack/broker/data');
    expect(dataFolderOf(state(), 'broker-2')).toBe('/stack/broker-2/data');
  });

  it('lie where they were asked to', () => {
    expect(dataFolderOf(state({ dataDir: '/elsewhere' }), 'broker-2')).toBe('/elsewhere/broker-2/data');
  });

  it('lie on the small disk for the one broker that has it', () => {
    const small = state({ smallDisk: { sizeMb: 64, node: 2 } });
    expect(smallDiskOf(small)).toBe('/stack/broker-2/disk');
    expect(dataFolderOf(small, 'broker-2')).toBe('/stack/broker-2/disk/data');
    expect(dataFolderOf(small, 'broker')).toBe('/stack/broker/data');
  });
});
