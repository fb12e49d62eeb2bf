export { type LendingConfig, lendingSettings } from './settings';
