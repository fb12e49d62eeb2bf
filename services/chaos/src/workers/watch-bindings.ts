import type { ControlLog } from '@baton/control';
import type { BindingSource } from '@baton/messaging';
import type { HistoryWriter } from '../history/history-file';
import { type Points, type ScriptPoint, scriptPoints } from './points';

/** Lets a consumer be killed around its answers to proposals. */
export const watchBindings = (bindings: BindingSource, points: Points): BindingSource => ({
  ...bindings,
  catchUp: async () => {
    await bindings.catchUp();
    points.reach('after-log-read');
  },
  answer: async (proposalId, memberId, answer) => {
    points.reach('before-ack-of-proposal');
    await bindings.answer(proposalId, memberId, answer);
    points.reach('after-ack-of-proposal');
  },
});

/** Lets a script be killed around each entry that it appends. */
export const watchLog = (log: ControlLog, points: Points, history: HistoryWriter): ControlLog => ({
  ...log,
  append: async (value) => {
    const entry = (value as { readonly kind: string }).kind;
    reach(points, `before-${entry}`);
    const appended = await log.append(value);
    history.write({ kind: 'entry-appended', entry });
    reach(points, `after-${entry}`);
    return appended;
  },
});

const reach = (points: Points, name: string): void => {
  const point = scriptPoints.find((one): one is ScriptPoint => one === name);
  if (point !== undefined) points.reach(point);
};
