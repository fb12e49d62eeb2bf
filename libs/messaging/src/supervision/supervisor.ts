import type { Delivery } from '../consumer/delivery';
import type { ConsumerSettings } from '../consumer/types';
import { directiveOf, type LaterEvents } from './directive';

/** What is done about a failed event. */
export type Decision =
  | { readonly kind: 'retry'; readonly afterMs: number }
  | { readonly kind: 'park'; readonly laterEvents?: LaterEvents }
  | { readonly kind: 'stopped' };

interface SupervisorDeps {
  readonly settings: Pick<ConsumerSettings, 'retryMs' | 'attempts'>;
  readonly canPark: boolean;
}

/** Decides what becomes of events whose handlers fail. */
export class Supervisor {
  constructor(private readonly deps: SupervisorDeps) {}

  isStopped(_delivery: Delivery): boolean {
    return false;
  }

  async decide(delivery: Delivery, error: unknown): Promise<Decision> {
    const { settings, canPark } = this.deps;
    const directive = directiveOf(error);
    if (directive?.kind === 'retry') return directive;
    if (directive?.kind === 'resume' && canPark) {
      return {
        kind: 'park',
        ...(directive.laterEvents === undefined ? {} : { laterEvents: directive.laterEvents }),
      };
    }
    if (canPark && delivery.failures + 1 >= settings.attempts) return { kind: 'park' };
    return {
      kind: 'retry',
      afterMs: Math.min(settings.retryMs.first * 2 ** delivery.failures, settings.retryMs.longest),
    };
  }
}
