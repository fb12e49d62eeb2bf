/**
 * How long a member may act: from the *sending* of its last confirmed heartbeat on for the session timeout. The
 * broker counts from the arrival, so it never gives the partitions to another member earlier.
 */
export class Lease {
  private confirmedFrom = Number.NEGATIVE_INFINITY;

  constructor(private readonly lengthMs: number) {}

  /** A request sent at `sentAt` was answered with success. */
  renew(sentAt: number): void {
    this.confirmedFrom = Math.max(this.confirmedFrom, sentAt);
  }

  validAt(now: number): boolean {
    return now < this.confirmedFrom + this.lengthMs;
  }
}
