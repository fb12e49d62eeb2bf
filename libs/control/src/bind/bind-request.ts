import type { Instant, Version } from '@baton/core';

/** What somebody asks for. */
export interface BindRequest {
  readonly group: string;
  readonly eventType: string;
  readonly version: Version;
  /** Left out: the earliest valid instant. */
  readonly since?: Instant;
}
