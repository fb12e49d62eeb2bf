import type { Clock } from '@baton/messaging';
import { createRunningTotal, type HandledCounts, handledIn } from './handled-counts';

/** What the subscribers handled so far, for a person to look at; the audit does not use it. */
export interface LiveCounts {
  of(service: string): HandledCounts;
  stop(): void;
}

export interface LiveCountsDeps {
  /** Instance names by service. */
  readonly instances: Readonly<Record<string, readonly string[]>>;
  readonly addressOf: (instance: string) => string | undefined;
  readonly clock: Clock;
}

const everyMs = 500;

/** Asks the metrics of every running subscriber twice a second. A process that just stops may be a little behind. */
export const followCounts = ({ instances, addressOf, clock }: LiveCountsDeps): LiveCounts => {
  const totals = new Map(Object.keys(instances).map((service) => [service, createRunningTotal()]));
  let stopped = false;
  let cancel = () => {};

  const ask = async (service: string, instance: string): Promise<void> => {
    const address = addressOf(instance);
    if (address === undefined) return;
    const counts = await metricsOf(address);
    if (counts !== undefined) totals.get(service)?.update(address, counts);
  };
  const askAll = async (): Promise<void> => {
    await Promise.all(
      Object.entries(instances).flatMap(([service, names]) => names.map((name) => ask(service, name))),
    );
    if (!stopped) cancel = clock.after(everyMs, () => void askAll());
  };
  void askAll();

  return {
    of: (service) => totals.get(service)?.total() ?? {},
    stop: () => {
      stopped = true;
      cancel();
    },
  };
};

const metricsOf = async (address: string): Promise<HandledCounts | undefined> => {
  try {
    const response = await fetch(`${address}/metrics`, { signal: AbortSignal.timeout(2000) });
    return response.ok ? handledIn(await response.text()) : undefined;
  } catch {
    return undefined;
  }
};
