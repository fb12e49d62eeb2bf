import { z } from 'zod';
import type { Settings } from '../settings/settings';
import { type CommandDocument, defineCommand } from './command';

interface ConfigDocument extends CommandDocument {
  readonly settings: readonly {
    readonly name: string;
    readonly value: string | readonly string[] | null;
    readonly origin: string;
  }[];
}

/** `baton config show` */
export const configShow = defineCommand<object, ConfigDocument>({
  path: ['config', 'show'],
  summary: 'Show the effective addresses and names, and where each comes from',
  details: [
    'A flag wins over the environment (KAFKA_BROKERS, SCHEMA_REGISTRY_URL, CONTROL_TOPIC, PRESENCE_TOPIC), that over the nearest baton.yaml, that over the development stack that runs in this folder.',
  ],
  examples: ['baton config show', 'baton config show -o json'],
  input: z.object({}),
  run: async (_input, { settings }) => ({
    document: { schemaVersion: 1, settings: rows(settings) },
    exit: 'ok',
    next: 'baton doctor',
  }),
  render: ({ settings }, style) =>
    style.table(
      ['SETTING', 'VALUE', 'FROM'],
      settings.map(({ name, value, origin }) => [name, shown(value), origin]),
    ),
});

const rows = (settings: Settings): ConfigDocument['settings'] =>
  Object.entries(settings).map(([name, { value, origin }]) => ({ name, value: value ?? null, origin }));

const shown = (value: string | readonly string[] | null): string =>
  value === null ? '-' : typeof value === 'string' ? value : value.join(',');
