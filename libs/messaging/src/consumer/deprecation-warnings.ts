import { formatInstant, instantFromMillis, type Version } from '@baton/core';
import type { BindingSource } from '../ports/bindings';
import type { Clock, Logger } from '../ports/runtime';

const dayMs = 86_400_000;

/** Warns once a day for each deprecated version that is still processed. */
export class DeprecationWarnings {
  private readonly warnedAt = new Map<string, number>();

  constructor(
    private readonly deps: {
      readonly group: string;
      readonly bindings: Pick<BindingSource, 'of'>;
      readonly clock: Clock;
      readonly logger: Logger;
    },
  ) {}

  processed(eventType: string, version: Version): void {
    const { group, bindings, clock, logger } = this.deps;
    const deprecation = bindings.of(eventType).deprecated?.get(version);
    if (deprecation === undefined) return;
    const key = `${eventType} ${version}`;
    const now = clock.now();
    if (now < (this.warnedAt.get(key) ?? Number.NEGATIVE_INFINITY) + dayMs) return;
    this.warnedAt.set(key, now);
    const { successor } = deprecation;
    const deadline = formatInstant(instantFromMillis(deprecation.deadline));
    logger.warn({ group, eventType, version, deadline, successor }, 'deprecated version still processed');
  }
}
