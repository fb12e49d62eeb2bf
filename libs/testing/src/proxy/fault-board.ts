import { BatonError } from '@baton/core';
import type { ActiveFault, ProxyFault } from './faults';
import type { Signal } from './signal';

/** A fault on the board, with the count of what it hit. */
export interface BoardFault extends ActiveFault {
  /** Counts one hit; a fault that has none left ends. */
  hit(): void;
}

/** The faults in force; waiters of `changed` are woken whenever they change. */
export interface FaultBoard {
  live(): readonly BoardFault[];
  inject(fault: ProxyFault): BoardFault;
  heal(): void;
  readonly changed: Signal;
}

/** Keeps the faults in the order in which they were injected. */
export const createFaultBoard = (changed: Signal): FaultBoard => {
  let live: readonly BoardFault[] = [];
  const replace = (faults: readonly BoardFault[]): void => {
    live = faults;
    changed.notify();
  };
  return {
    changed,
    live: () => live,
    inject: (fault) => {
      checkNumbers(fault);
      const most = fault.kind === 'drop' || fault.kind === 'reset' ? (fault.times ?? 1) : Infinity;
      let hits = 0;
      const active: BoardFault = {
        fault,
        hits: () => hits,
        end: () => replace(live.filter((other) => other !== active)),
        hit: () => {
          hits += 1;
          if (hits >= most) active.end();
        },
      };
      replace([...live, active]);
      return active;
    },
    heal: () => replace([]),
  };
};

const least = { times: 1, ms: 0, jitterMs: 0, bytesPerSecond: 1 } as const;

const checkNumbers = (fault: ProxyFault): void => {
  const given = new Map<string, unknown>(Object.entries(fault));
  for (const [name, lowest] of Object.entries(least)) {
    const value = given.get(name);
    if (value === undefined || (typeof value === 'number' && value >= lowest)) continue;
    throw new BatonError(
      'invalid-argument',
      `Expected ${name} of at least ${lowest} for a ${fault.kind} fault, got ${String(value)}. Correct the fault.`,
    );
  }
};
