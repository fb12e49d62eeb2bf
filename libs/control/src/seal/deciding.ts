import type { EntryKind } from '../log/entries';

/**
 * Which entries need a seal. Publishers and subscribers write the open ones: they register, answer, object, and
 * withdraw what nobody decided in time.
 */
const seals = {
  'key-adopted': 'sealed',
  'key-changed': 'sealed',
  'binding-proposed': 'sealed',
  'binding-listed': 'sealed',
  'binding-confirmed': 'sealed',
  'binding-withdrawn': 'sealed',
  announced: 'sealed',
  'deadline-moved': 'sealed',
  'veto-withdrawn': 'sealed',
  retiring: 'sealed',
  'retiring-withdrawn': 'sealed',
  'writes-refused': 'sealed',
  final: 'sealed',
  dropped: 'sealed',
  'group-registered': 'open',
  'publisher-registered': 'open',
  'binding-requested': 'open',
  'binding-acknowledged': 'open',
  'binding-refused': 'open',
  vetoed: 'open',
  'deprecated-allowed': 'open',
  'retiring-acknowledged': 'open',
} as const satisfies Record<EntryKind, 'sealed' | 'open'>;

/** Whether entries of this kind need a seal. */
export const needsSeal = (kind: string): boolean =>
  (seals as Readonly<Record<string, string>>)[kind] === 'sealed';

/** Whether this is an entry that needs one. */
export const isDeciding = (value: unknown): value is { readonly kind: string } =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  typeof value.kind === 'string' &&
  needsSeal(value.kind);
