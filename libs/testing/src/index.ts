export {
  createMemoryControlLog,
  createMemoryPresenceStore,
  type MemoryControlLog,
  type MemoryControlLogOptions,
} from './control-log';
export { createManualClock, type ManualClock } from './manual-clock';
export { createMemoryGroups, type MemoryGroups } from './memory-groups';
