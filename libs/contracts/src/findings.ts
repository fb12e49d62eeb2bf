/** `error` stops a release; `warning` is worth knowing. */
export type Severity = 'error' | 'warning';

/** One thing found in the contract files. */
export interface Finding {
  readonly severity: Severity;
  readonly file: string;
  /** Where in the file, from `$`. */
  readonly jsonPath: string;
  readonly reason: string;
  readonly whatToDo: string;
}

/** A finding on one line. */
export const formatFinding = ({ severity, file, jsonPath, reason, whatToDo }: Finding): string =>
  `${file} ${jsonPath}: ${severity}: ${reason}. ${whatToDo}`;

/** Whether any of them stops a release. */
export const hasErrors = (findings: readonly Finding[]): boolean =>
  findings.some(({ severity }) => severity === 'error');
