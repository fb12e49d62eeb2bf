import { describeRelayDatabase, memoryOutboxAdapter } from './conformance';

describeRelayDatabase(memoryOutboxAdapter);
