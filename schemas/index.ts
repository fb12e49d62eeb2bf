export {
  BooksBorrowed,
  type BooksBorrowedV1,
  type BooksBorrowedV2,
} from './lending.BooksBorrowed/generated';
