import { createInMemoryRegistry } from '@baton/contracts';
import { describeSchemaRegistry } from './conformance';

let made = 0;

describeSchemaRegistry({
  name: 'in memory',
  open: async () => createInMemoryRegistry(),
  unique: () => {
    made += 1;
    return `R${made}`;
  },
});
