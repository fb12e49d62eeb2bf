export { createCommittedFilter } from './audit/committed-records';
export { groupBy, longestIncreasing } from './audit/order';
export { soleMember } from './evidence/sole-member';
