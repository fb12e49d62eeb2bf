/** Milliseconds, to the microsecond, of the machine's monotonic clock: the same for every process on it. */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;
