import type { Violation } from '../../history';
import { handlingsOf } from '../facts/questions';
import { type Handling, never } from '../facts/types';
import { eventName, type Property, violation } from '../property';

/**
 * Promise 2: no event takes effect in two versions in one group, across restarts and resets. One that was published
 * several times is several events to a group without an inbox, and its effects are judged where it has one.
 */
export const handledInOneVersion: Property = ({ views }) => {
  const found: Violation[] = [];
  for (const view of views) {
    for (const event of view.events) {
      if (event.isRepeated) continue;
      const byVersion = new Map<number, Handling>();
      for (const handling of handlingsOf(view, event)) {
        const { version } = handling.record.lane;
        if (handling.ended !== never && !byVersion.has(version)) byVersion.set(version, handling);
      }
      if (byVersion.size < 2) continue;
      const versions = [...byVersion.keys()].map((version) => `v${version}`).join(' and as ');
      found.push(
        violation(
          'doubled',
          'handled-in-one-version',
          `Expected group ${view.group} to handle ${eventName(event)} in one version, but it did as ${versions}.`,
          [...byVersion.values()].map(({ ended }) => ended),
        ),
      );
    }
  }
  return found;
};
