import { withoutCredentials } from '@baton/core';
import { z } from 'zod';
import type { Settings } from '../settings/settings';
import { defineCommand } from './command';
import { list, schemaVersion } from './document-parts';

const output = z.strictObject({
  schemaVersion,
  settings: list(
    z.strictObject({
      name: z.string(),
      value: z.union([z.string(), z.number(), z.boolean(), list(z.string())]).nullable(),
      origin: z.string(),
    }),
  ),
});
type Rows = z.infer<typeof output>['settings'];

/** `baton config show` */
export const configShow = defineCommand({
  path: ['config', 'show'],
  summary: 'Show the effective addresses and names, and where each comes from',
  details: [
    'A flag wins over the environment, that over the nearest baton.yaml, that over the user’s file (baton/config.yaml in $XDG_CONFIG_HOME or ~/.config), that over the development stack that runs in this folder. Passwords are never shown.',
  ],
  examples: ['baton config show', 'baton config show -o json'],
  input: z.object({}),
  output,
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

const rows = (settings: Settings): Rows =>
  Object.entries(settings).map(([name, { value, origin }]) => ({ name, value: plain(value), origin }));

const plain = (value: Settings[keyof Settings]['value']): Rows[number]['value'] => {
  if (value === undefined) return null;
  if (typeof value === 'string') return withoutCredentials(value);
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  return isList(value) ? value : String(value);
};

const isList = (value: object): value is readonly string[] => Array.isArray(value);

const shown = (value: Rows[number]['value']): string =>
  value === null ? '-' : typeof value === 'object' ? value.join(',') : String(value);
