import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The fields of one version of an event type made for a test. */
export type TestFields = readonly {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}[];

export const thingV1: TestFields = [
  { name: 'thingId', type: 'string' },
  { name: 'label', type: 'string' },
  { name: 'changedBy', type: 'string' },
];

export const thingV2: TestFields = [
  { name: 'thingId', type: 'string' },
  { name: 'label', type: 'string' },
];

/** Writes an event type with versions 1 and 2 below `schemas`, examples and translation included. */
export const writeThing = (
  schemas: string,
  name: string,
  {
    v1 = thingV1,
    v2 = thingV2,
    partitions = 3,
  }: { v1?: TestFields; v2?: TestFields; partitions?: number } = {},
): void => {
  const write = (file: string, text: string): void => {
    const full = join(schemas, name, file);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  };
  const yaml = [
    'kind: event',
    'owner: testing',
    'description: A thing.',
    'keyField: thingId',
    'retention: 7d',
  ];
  write(
    'event.yaml',
    [`name: ${name}`, ...yaml, `partitions: ${partitions}`, 'versions: [1, 2]', ''].join('\n'),
  );
  write('downcast.ts', 'export const downcasts = {};\n');
  for (const [version, fields] of [v1, v2].entries()) {
    const schema = { type: 'record', name: 'Thing', namespace: `test.v${version + 1}`, fields };
    write(`v${version + 1}.avsc`, JSON.stringify(schema));
    const example = fields.map((field) => [field.name, field.type === 'int' ? 1 : 'some']);
    write(`examples/v${version + 1}.json`, JSON.stringify(Object.fromEntries(example)));
  }
};
