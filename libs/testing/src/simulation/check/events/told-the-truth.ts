import type { Violation } from '../../history';
import type { Call, Facts } from '../facts/types';
import { eventName, type Property, violation } from '../property';

/** What a caller is told is so: committed is visible, rejected never is, and a call makes one event. */
export const toldTheTruth: Property = ({ calls, ended }: Facts) =>
  calls.flatMap((call) => judge(call, ended !== undefined));

const judge = (call: Call, isOver: boolean): readonly Violation[] => {
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
  const told = events.find(({ id }) => id === ended?.id);
  const isKept = told?.copies.some(({ fate }) => fate === 'visible' || (fate === 'open' && !isOver));
  if (ended?.outcome !== 'committed' || isKept === true) return [];
  const text = `Expected ${what} to become visible, since the caller was told that it is committed (as ${ended.id}), but it did not.`;
  return [violation('lost', 'committed-is-visible', text, steps)];
};
