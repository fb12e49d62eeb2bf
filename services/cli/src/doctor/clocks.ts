import type { PresenceStore } from '@baton/control';
import type { Clock } from '@baton/messaging';
import { type CheckResult, fail, ok, warn } from './check-result';

/** What was measured: when a record was sent and confirmed by this clock, and stamped by the broker's. */
export interface ClockReading {
  readonly sentAt: number;
  readonly confirmedAt: number;
  readonly stampedAt: number;
}

/** Writes a probe to the presence topic, reads back its log-append time, and removes it. */
export const readClocks = async (
  presence: PresenceStore,
  { clock, probe }: { clock: Clock; probe: string },
): Promise<ClockReading | undefined> => {
  const put = () => presence.put(probe, { schemaVersion: 1, kind: 'probe' });
  try {
    await put();
    const sentAt = clock.now();
    await put();
    const confirmedAt = clock.now();
    const stampedAt = (await presence.all()).get(probe)?.at;
    return stampedAt === undefined ? undefined : { sentAt, confirmedAt, stampedAt };
  } finally {
    await presence.remove(probe);
  }
};

/** Judges how far this clock is from the broker's, against the margin that publishers are allowed. Pure. */
export const judgeClocks = (reading: ClockReading | undefined, marginMs: number): CheckResult => {
  const check = 'clocks';
  const mend = 'Synchronise the clocks of this machine and the brokers (NTP).';
  if (reading === undefined) return fail(check, 'the probe was not read back', 'Run the command again.');
  const { sentAt, confirmedAt, stampedAt } = reading;
  const ahead = Math.max(0, sentAt - stampedAt);
  const behind = Math.max(0, stampedAt - confirmedAt);
  const found =
    ahead > 0
      ? `this machine is at least ${ahead} ms ahead of the broker`
      : behind > 0
        ? `this machine is at least ${behind} ms behind the broker`
        : `this machine and the broker agree within ${confirmedAt - sentAt} ms`;
  if (ahead >= marginMs) return fail(check, `${found}, beyond the margin of ${marginMs} ms`, mend);
  return Math.max(ahead, behind) > marginMs / 2
    ? warn(check, `${found}; the margin is ${marginMs} ms`, mend)
    : ok(check, found);
};
