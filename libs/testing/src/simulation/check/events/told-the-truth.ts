import type { Violation } from '../../history';
import type { Call, Facts } from '../facts/types';
import { eventName, type Property, violation } from '../property';

/** What a caller is told is so: committed is visible, rejected never is, and a call makes one event. */
export const toldTheTruth: Property = ({ calls }: Facts) => calls.flatMap(judge);

const judge = (call: Call): readonly Violation[] => {
  const { ended, events } = call;
  const visible = events.filter(({ firstVisible }) => firstVisible !== undefined);
  const steps = [call.step, ended?.step, ...visible.map(({ firstVisible }) => firstVisible?.settled)];
  const what = `the event with key ${call.key} of call ${call.call} by ${call.process}`;
  if (visible.length > 1) {
    const text = `Expected ${what} to be published once, but it is visible as ${visible.map(eventName).join(' and ')}.`;
    return [violation('doubled', 'one-call-one-event', text, steps)];
  }
  if (ended?.outcome === 'rejected' && visible.length > 0) {
    const text = `Expected nothing of ${what} to be visible, since the caller was told so, but it is.`;
    return [violation('unsafe', 'rejected-is-invisible', text, steps)];
  }
  const shown = visible.some(({ id, firstVisible }) => {
    return id === ended?.id && (firstVisible?.settled ?? Number.POSITIVE_INFINITY) <= (ended?.step ?? 0);
  });
  if (ended?.outcome !== 'committed' || shown) return [];
  const text = `Expected ${what} to be visible when the caller was told that it is committed (as ${ended.id}), but it was not.`;
  return [violation('lost', 'committed-is-visible', text, steps)];
};
