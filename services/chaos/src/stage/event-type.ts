import type { SchemaRegistry } from '@baton/contracts';
import { defineEventType, type EventType, subjectOf, versionsOf } from '@baton/core';

export interface ShipmentV1 {
  readonly note: string;
  readonly amount: number;
}

export interface ShipmentV2 {
  readonly note: string;
  readonly cents: number;
  readonly currency: string;
}

export type ChaosEventType = EventType<{ 1: ShipmentV1; 2: ShipmentV2 }, 2>;

const record = (fields: readonly { name: string; type: string }[]) => ({
  type: 'record',
  name: 'Shipment',
  fields,
});

/** An event type with two versions that differ in form. `note` says who published it as which one. */
export const chaosEventType = (name: string): ChaosEventType =>
  defineEventType<{ 1: ShipmentV1; 2: ShipmentV2 }, 2>({
    name,
    kind: 'event',
    newest: 2,
    versions: {
      1: {
        schema: record([
          { name: 'note', type: 'string' },
          { name: 'amount', type: 'long' },
        ]),
      },
      2: {
        schema: record([
          { name: 'note', type: 'string' },
          { name: 'cents', type: 'long' },
          { name: 'currency', type: 'string' },
        ]),
      },
    },
    downcasts: { 1: ({ note, cents }: ShipmentV2) => ({ note, amount: Math.round(cents / 100) }) },
    upcasts: {},
  });

/** Registers both versions. */
export const registerSchemas = async (eventType: ChaosEventType, registry: SchemaRegistry): Promise<void> => {
  for (const v of versionsOf(eventType)) {
    await registry.register(subjectOf(eventType.name, v), eventType.versions[v as 1 | 2].schema);
  }
};
