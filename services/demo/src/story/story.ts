import { eventType, subscribers } from './cast';
import { announce, refusedRetirement, retirePublishers, retireSubscribers, vetoed } from './deprecation';
import { hasHandledAll, type LogRow, logOf } from './documents';
import { type Chapter, chaptersOf, type Phase } from './phases';
import {
  acknowledged,
  bind,
  bindStopped,
  eventsUntil,
  everyGroup,
  oneByOne,
  type StoryDeps,
  startAll,
  stopAll,
} from './steps';

type Step = (deps: StoryDeps, chapter: Chapter) => Promise<void>;

/** What is done in each phase while the load goes on. */
const steps: Readonly<Record<Phase, Step>> = {
  'v1-only': (deps) => startAll(deps, ['lending', ...subscribers], '1'),
  'reminders-stopped': (deps) => stopAll(deps, 'reminders'),
  'lending-upgraded': (deps) => oneByOne(deps, 'lending', '1,2'),
  announced: announce,
  'reminders-bound': (deps, chapter) => bindStopped(deps, 'reminders', chapter),
  'statistics-upgraded': (deps) => oneByOne(deps, 'statistics', '1,2'),
  'refused-unbound': (deps) => refusedRetirement(deps, 'group-not-bound'),
  'statistics-bound': (deps, chapter) => bind(deps, { team: 'statistics', to: '2' }, chapter),
  'statistics-back': (deps, chapter) => bind(deps, { team: 'statistics', to: '1' }, chapter),
  'statistics-forward': (deps, chapter) => bind(deps, { team: 'statistics', to: '2' }, chapter),
  'refused-veto': vetoed,
  'v1-retired': retirePublishers,
  'v2-only': async (deps) => {
    await everyGroup(deps, 'to be drained', (group) => group?.drained === 'yes');
    await oneByOne(deps, 'lending', '2');
  },
  'v1-dropped': async (deps) => {
    if (deps.story.includes('v1-retired')) return retireSubscribers(deps);
    await everyGroup(deps, 'to have read v1 to its end', (group) => hasHandledAll(group, [1]));
    await Promise.all(subscribers.map((team) => oneByOne(deps, team, '2')));
  },
  finished: (deps) => everyGroup(deps, 'to have handled everything', (group) => hasHandledAll(group, [2])),
};

/** Phases that share out their load themselves, on both sides of an instant. */
const paced: readonly Phase[] = [
  'reminders-bound',
  'statistics-bound',
  'statistics-back',
  'statistics-forward',
];

/** A part of the events of a phase that must be acknowledged before the next begins. */
const enough = 0.9;

/**
 * The life of v1, told in the order in which teams would live it. Every step goes on when facts say so: acknowledged
 * events, the instant of a binding, a verdict, `baton status`. Answers what the control log says in the end.
 */
export const tellStory = async (deps: StoryDeps): Promise<readonly LogRow[]> => {
  const { load, onPhase, story } = deps;
  let loaded: Promise<void> | undefined;
  for (const chapter of chaptersOf(story)) {
    if (chapter.phase === 'finished') {
      await acknowledged(deps, load.progress().total);
      await loaded;
    }
    onPhase(chapter.phase);
    const from = load.progress().acknowledged;
    if (!paced.includes(chapter.phase)) load.allow(chapter.until);
    await steps[chapter.phase](deps, chapter);
    loaded ??= load.run();
    loaded.catch(() => undefined);
    await acknowledged(deps, from + enough * (eventsUntil(deps, chapter) - from));
  }
  return logOf(await deps.baton(['log', eventType]));
};
