import avsc from 'avsc';
import { type Loan, type LoanV1, loanSchemas } from '../workload/loan';

interface Loans {
  readonly 1: LoanV1;
  readonly 2: Loan;
}

/** Reads the value of a message with avsc, without a look at the schema id. */
export const loanDecoder = <V extends 1 | 2>(version: V): ((value: Buffer) => Loans[V]) => {
  const type = avsc.Type.forSchema(loanSchemas[version] as unknown as avsc.Schema);
  return (value) => type.decode(value, 5).value as Loans[V];
};
