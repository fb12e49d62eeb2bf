export {
  createMemoryControlLog,
  createMemoryPresenceStore,
  type MemoryControlLog,
  type MemoryControlLogOptions,
} from './control-log';
