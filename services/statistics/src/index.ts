export { type StatisticsConfig, statisticsSettings } from './settings';
