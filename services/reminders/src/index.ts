export { type RemindersConfig, remindersSettings } from './settings';
