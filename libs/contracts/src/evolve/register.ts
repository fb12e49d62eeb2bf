import { subjectOf, version } from '@baton/core';
import type { Catalog } from '../catalog/load';
import type { RegisteredSchema, SchemaRegistry } from '../registry';

/** What registering would do for one version. */
export type RegistrationStep = {
  readonly eventType: string;
  readonly version: number;
  readonly subject: string;
  readonly schema: unknown;
} & ({ readonly kind: 'register' } | { readonly kind: 'keep'; readonly registered: RegisteredSchema });

/** What registering did for one version. */
export interface Registration extends RegisteredSchema {
  readonly eventType: string;
  readonly version: number;
  readonly subject: string;
  readonly outcome: 'registered' | 'kept';
}

/** Which schemas of a catalog a registry holds, and which it still needs. Changes nothing. */
export const planRegistration = async (
  catalog: Catalog,
  registry: Pick<SchemaRegistry, 'lookup'>,
): Promise<readonly RegistrationStep[]> =>
  Promise.all(
    catalog.entries.flatMap((entry) =>
      entry.versions.map(async ({ version: v, json }): Promise<RegistrationStep> => {
        const subject = subjectOf(entry.name, version(v));
        const registered = await registry.lookup(subject, json);
        const what = { eventType: entry.name, version: v, subject, schema: json };
        return registered === undefined
          ? { ...what, kind: 'register' }
          : { ...what, kind: 'keep', registered };
      }),
    ),
  );

/** Carries a plan out. Subjects take only fully compatible revisions from then on. Safe to repeat. */
export const applyRegistration = async (
  steps: readonly RegistrationStep[],
  registry: Pick<SchemaRegistry, 'register' | 'setCompatibility'>,
): Promise<readonly Registration[]> => {
  const done: Registration[] = [];
  for (const step of steps) {
    const { eventType, version: v, subject } = step;
    if (step.kind === 'keep') {
      done.push({ eventType, version: v, subject, outcome: 'kept', ...step.registered });
    } else {
      await registry.setCompatibility(subject, 'FULL_TRANSITIVE');
      const registered = await registry.register(subject, step.schema);
      done.push({ eventType, version: v, subject, outcome: 'registered', ...registered });
    }
  }
  return done;
};
