/** What the life cycle needs of the process. */
export interface ProcessPort {
  readonly pid: number;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  exit(code: number): void;
}
