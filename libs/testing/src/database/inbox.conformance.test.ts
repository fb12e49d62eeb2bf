import { describeInboxStore, memoryInboxAdapter, slowMemoryInboxAdapter } from '../conformance';

for (const adapter of [memoryInboxAdapter, slowMemoryInboxAdapter]) describeInboxStore(adapter);
