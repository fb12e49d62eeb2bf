export { errorDocument, wantsJson } from './error-document';
export { createReporter, type DownloadProgress, type Reporter, silentReporter } from './reporter';
export type { Stack } from './running-stack';
export {
  findStack,
  type StackName,
  type StartOptions,
  startStack,
  stopStack,
} from './stack';
export type { Part, Ports, StackState, Way } from './state';
export { kafkaVersion, registryPath, registryVersion } from './versions';
export type { Environment } from './ways';
