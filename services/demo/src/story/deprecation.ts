import { BatonError } from '@baton/core';
import { eventType, subscribers } from './cast';
import { outcomeOf, verdictOf } from './documents';
import { oneByOne, type StoryDeps } from './steps';

const exits = { safe: [0], refused: [2, 3], any: [0, 2, 3] } as const;
/** From the announcement to the deadline: over before the last group is bound. */
const deadlineMs = 25_000;
const vetoMs = 3_600_000;
const observe = ['--observe-ms', '500'];
const publishers = ['--version', '1', '--without-outbox', ...observe];

const inMs = ({ clock }: StoryDeps, ms: number): string => new Date(clock.now() + ms).toISOString();

/** Announces that v1 goes away. */
export const announce = async (deps: StoryDeps): Promise<void> => {
  const deadline = inMs(deps, deadlineMs);
  const reason = ['--reason', 'v2 needs no changeInfo'];
  await deps.baton(['announce', eventType, '--from', '1', '--to', '2', '--deadline', deadline, ...reason]);
};

/** Tries to retire v1 and expects to be refused for this reason. */
export const refusedRetirement = async ({ baton }: StoryDeps, code: string): Promise<void> => {
  const { outcome, because } = outcomeOf(
    await baton(['retire', eventType, ...publishers, '--publisher', '--yes'], { exits: exits.refused }),
  );
  if (outcome !== 'refused' || !because.includes(code)) {
    throw new BatonError(
      'demo-failed',
      `Expected the retirement of v1 to be refused for ${code}, got: ${outcome}, ${because.join(', ')}.`,
    );
  }
};

/** An objection of a team that is ready otherwise: it alone keeps v1 from being retired, until it is withdrawn. */
export const vetoed = async (deps: StoryDeps): Promise<void> => {
  const { baton, groupOf } = deps;
  const group = ['--group', groupOf('statistics')];
  const veto = ['--until', inMs(deps, vetoMs), '--reason', 'the yearly report runs first'];
  await baton(['veto', eventType, ...group, ...veto]);
  await refusedRetirement(deps, 'veto');
  await baton(['veto', 'withdraw', eventType, ...group, '--reason', 'the report is done']);
};

/** Waits until it is safe, then lets the publishers stop without a restart. */
export const retirePublishers = async (deps: StoryDeps): Promise<void> => {
  await untilSafe(deps, ['can', 'stop', eventType, ...publishers]);
  await deps.baton(['retire', eventType, ...publishers, '--publisher', '--yes']);
};

/** Each team stops reading v1 once nothing of it is left: on evidence first, then by a release that reads v2 only. */
export const retireSubscribers = async (deps: StoryDeps): Promise<void> => {
  for (const group of subscribers.map(deps.groupOf)) {
    const about = [eventType, '--version', '1', '--group', group, '--without-dead-letters', ...observe];
    await untilSafe(deps, ['can', 'drop', ...about]);
    await deps.baton(['retire', ...about, '--subscriber', '--yes']);
  }
  await Promise.all(subscribers.map((team) => oneByOne(deps, team, '2')));
};

const untilSafe = ({ baton, until }: StoryDeps, question: readonly string[]): Promise<void> => {
  const isSafe = async () => verdictOf(await baton(question, { exits: exits.any })) === 'safe';
  const what = `\`baton ${question.join(' ')}\` to say safe`;
  return until(isSafe, { what, limitMs: 60_000, everyMs: 500 });
};
