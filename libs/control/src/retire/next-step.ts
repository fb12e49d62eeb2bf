import type { Version } from '@baton/core';
import { type Deprecation, type Retirement, silentPublishers } from '../log/deprecation-state';
import type { StopFacts } from '../verdict/facts';

/** Who publishes, as presence has it now. */
export type PresentPublishers = StopFacts['publishers'];

/** The next thing to do on the way to the end of a version. */
export type RetireStep =
  | { readonly kind: 'begin' }
  /** Publishers that were not on the list live, and write the version. */
  | { readonly kind: 'list-more'; readonly publishers: readonly string[] }
  /** A listed publisher has closed, and taken its word back: it can not acknowledge any more, and need not. */
  | { readonly kind: 'speak-for'; readonly publisher: string; readonly because: string }
  /** Nobody can say who publishes: the list may be short. */
  | { readonly kind: 'unheard'; readonly because: string }
  | { readonly kind: 'wait'; readonly silent: readonly string[] }
  | { readonly kind: 'refuse-writes' }
  | { readonly kind: 'finish' }
  | { readonly kind: 'done' };

/** What comes next, whoever began: a run that died at any point is gone on with from the log alone. Pure. */
export const nextRetireStep = (
  { version, phase }: Deprecation,
  present: PresentPublishers,
  gone: readonly string[],
): RetireStep => {
  switch (phase.kind) {
    case 'deprecated':
      return { kind: 'begin' };
    case 'retiring':
      return nextAnswer(version, phase.retirement, { present, gone });
    case 'writes-refused':
      return { kind: 'finish' };
    case 'retired':
      return { kind: 'done' };
  }
};

const nextAnswer = (
  version: Version,
  retirement: Retirement,
  { present, gone }: { present: PresentPublishers; gone: readonly string[] },
): RetireStep => {
  if (present.kind === 'absent') return { kind: 'unheard', because: present.because };
  const { publishers: alive, unreadable } = present.value;
  if (unreadable > 0) {
    return { kind: 'unheard', because: `${unreadable} entries of baton.presence cannot be read` };
  }
  const late = alive
    .filter(({ instance, versions }) => versions.includes(version) && !gone.includes(instance))
    .map(({ instance }) => instance)
    .filter((one) => !retirement.publishers.includes(one) && !retirement.acknowledged.has(one));
  if (late.length > 0) return { kind: 'list-more', publishers: late };
  const silent = silentPublishers(retirement);
  const declared = silent.find((one) => gone.includes(one));
  if (declared !== undefined) return { kind: 'speak-for', publisher: declared, because: 'declared gone' };
  const closed = silent.find((one) => alive.every(({ instance }) => instance !== one));
  if (closed !== undefined) {
    return { kind: 'speak-for', publisher: closed, because: 'it has closed, and taken its presence back' };
  }
  return silent.length > 0 ? { kind: 'wait', silent } : { kind: 'refuse-writes' };
};
