import { controlEntrySchema } from '../log/entries';
import { needsSeal } from './deciding';

/** What publishers and subscribers may say by themselves. */
const open = new Set([
  'group-registered',
  'publisher-registered',
  'binding-requested',
  'binding-acknowledged',
  'binding-refused',
  'vetoed',
  'deprecated-allowed',
  'retiring-acknowledged',
]);

it.each(controlEntrySchema.options.map(({ shape }) => [shape.kind.value]))(
  '%s needs a seal unless it is an answer',
  (kind) => {
    expect(needsSeal(kind)).toBe(!open.has(kind));
  },
);
