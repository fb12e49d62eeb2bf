export {
  BooksBorrowed,
  type BooksBorrowedV1,
  type BooksBorrowedV2,
} from './lending.BooksBorrowed/generated';
export {
  ExtendLoan,
  type ExtendLoanV1,
  type ExtendLoanV2,
} from './lending.ExtendLoan/generated';
