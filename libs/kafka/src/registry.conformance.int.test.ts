import { randomUUID } from 'node:crypto';
import { describeSchemaRegistry } from '@baton/testing/conformance';
import { registryUrl } from '../test/stack';
import { createSchemaRegistry } from './registry';

describeSchemaRegistry({
  name: 'over HTTP',
  open: async () => createSchemaRegistry({ url: registryUrl() }),
  unique: () => `R${randomUUID().replaceAll('-', '')}`,
});
