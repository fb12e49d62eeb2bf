/** Why a service should get no work at present. */
export interface Reason {
  /** The part that is concerned, such as `consumer`. */
  readonly check: string;
  readonly because: string;
  readonly [detail: string]: unknown;
}

/** Says why one part of the service is not ready; nothing if it is. */
export type ReadinessCheck = () => readonly Reason[];

/** All checks together, in the order they were added. */
export interface Readiness {
  add(check: ReadinessCheck): void;
  reasons(): readonly Reason[];
}

/** Gathers checks as the parts of a service come up. */
export const createReadiness = (): Readiness => {
  const checks: ReadinessCheck[] = [];
  return {
    add: (check) => void checks.push(check),
    reasons: () => checks.flatMap((check) => check()),
  };
};
