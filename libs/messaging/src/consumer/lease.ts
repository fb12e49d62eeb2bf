import type { Generation } from '../ports/group-member';

/**
 * How long a member may act: from the *sending* of its last confirmed heartbeat on for the session timeout. The
 * broker counts from the arrival, so it never gives the partitions to another member earlier. All times are elapsed
 * times: somebody who sets the machine's clock back must not make a lease longer.
 */
export class Lease {
  private confirmedFrom = Number.NEGATIVE_INFINITY;
  private joined = 0;

  constructor(private readonly lengthMs: number) {}

  /** A generation began with a request sent at `joinedAt`. */
  begin({ id, joinedAt }: Pick<Generation, 'id' | 'joinedAt'>): void {
    this.joined = id;
    this.renew(joinedAt);
  }

  /** The generation that the member is in. */
  generation(): number {
    return this.joined;
  }

  /** A request sent at `sentAt` was answered with success. */
  renew(sentAt: number): void {
    this.confirmedFrom = Math.max(this.confirmedFrom, sentAt);
  }

  /** Milliseconds; 0 or less once it has ended. */
  remainingAt(now: number): number {
    return this.confirmedFrom + this.lengthMs - now;
  }

  validAt(now: number): boolean {
    return this.remainingAt(now) > 0;
  }
}
