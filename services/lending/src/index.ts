export { type CheckedLoan, checkLoan, type LoanRequest } from './loan-request';
export { type LendingConfig, lendingSettings } from './settings';
