import type { Clock } from '../ports/runtime';

interface Unknown {
  readonly since: number;
  askedAt: number;
  readonly error: unknown;
}

const askAgainMs = 10_000;
const mostIds = 1_000;

/**
 * Schema ids that the registry does not know. A schema may have been registered a moment ago, so each id is given
 * some time; after that its messages are unreadable, and the registry is not asked for every one of them.
 */
export class UnknownSchemas {
  private readonly ids = new Map<number, Unknown>();

  constructor(
    private readonly clock: Clock,
    private readonly graceMs: number,
  ) {}

  /** Why a message cannot be read, if that is known without asking. */
  known(value: Buffer | null): unknown {
    const unknown = this.ids.get(idOf(value));
    if (unknown === undefined || this.clock.elapsed() - unknown.askedAt >= askAgainMs) return undefined;
    return this.isOver(unknown) ? unknown.error : undefined;
  }

  /** The registry has said no; answers whether that is final. */
  refused(value: Buffer | null, error: unknown): 'wait' | 'final' {
    const id = idOf(value);
    const now = this.clock.elapsed();
    const unknown = this.ids.get(id) ?? { since: now, askedAt: now, error };
    unknown.askedAt = now;
    this.ids.set(id, unknown);
    const [oldest] = this.ids.keys();
    if (this.ids.size > mostIds && oldest !== undefined) this.ids.delete(oldest);
    return this.isOver(unknown) ? 'final' : 'wait';
  }

  /** A message with this id was read after all. */
  learned(value: Buffer | null): void {
    if (this.ids.size > 0) this.ids.delete(idOf(value));
  }

  private isOver({ since }: Unknown): boolean {
    return this.clock.elapsed() - since >= this.graceMs;
  }
}

const idOf = (value: Buffer | null): number =>
  value !== null && value.length >= 5 && value[0] === 0 ? value.readUInt32BE(1) : -1;
