export { createCommittedFilter } from './audit/committed-records';
export { groupBy, longestIncreasing } from './audit/order';
export { readRaw } from './evidence/read-raw';
