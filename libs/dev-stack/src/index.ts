export type { ClusterView } from './cluster-view';
export type { Stack, StackControls } from './controls';
export { errorDocument, wantsJson } from './error-document';
export { type Interruption, interruptedExit, usageExit, watchInterruption } from './interruption';
export { findPostgres, type PostgresWay } from './postgres/find-postgres';
export { postgresAvailable } from './postgres/postgres-available';
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres/start-postgres';
export { createReporter, type DownloadProgress, type Reporter, silentReporter } from './reporter';
export { type RunResult, run } from './run';
export { type SmallDiskSupport, smallDiskSupport } from './small-disk';
export {
  findStack,
  type StackName,
  type StartOptions,
  startStack,
  stopStack,
} from './stack';
export type { BrokerOptions, BrokerPart, NodePorts, Part, Ports, StackState, Way } from './state';
export { kafkaVersion, registryPath, registryVersion } from './versions';
export type { Environment } from './ways';
