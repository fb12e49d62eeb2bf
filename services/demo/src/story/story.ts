import { subscribers } from './cast';
import { type Phase, phases } from './phases';
import { hasHandledAll } from './status';
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

type Step = (deps: StoryDeps, phase: Phase) => Promise<void>;

/** What is done in each phase while the load goes on. */
const steps: Readonly<Record<Exclude<Phase, 'finished'>, Step>> = {
  'v1-only': (deps) => startAll(deps, ['lending', ...subscribers], '1'),
  'reminders-stopped': (deps) => stopAll(deps, 'reminders'),
  'lending-upgraded': (deps) => oneByOne(deps, 'lending', '1,2'),
  'reminders-bound': (deps, phase) => bindStopped(deps, 'reminders', phase),
  'statistics-upgraded': (deps) => oneByOne(deps, 'statistics', '1,2'),
  'statistics-bound': (deps, phase) => bind(deps, 'statistics', '2', phase),
  'statistics-back': (deps, phase) => bind(deps, 'statistics', '1', phase),
  'statistics-forward': (deps, phase) => bind(deps, 'statistics', '2', phase),
  'v2-only': async (deps) => {
    await everyGroup(deps, 'to be drained', (group) => group?.drained === 'yes');
    await oneByOne(deps, 'lending', '2');
  },
  'v1-dropped': async (deps) => {
    await everyGroup(deps, 'to have read v1 to its end', (group) => hasHandledAll(group, [1]));
    await Promise.all(subscribers.map((team) => oneByOne(deps, team, '2')));
  },
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
 * The changeover from the first v1 event to the last v2 event, told in the order in which teams would live it. Every
 * step goes on when facts say so: acknowledged events, the instant of a binding, `baton status`.
 */
export const tellStory = async (deps: StoryDeps): Promise<void> => {
  const { load, onPhase } = deps;
  let loaded: Promise<void> | undefined;
  for (const [phase, step] of Object.entries(steps) as [Exclude<Phase, 'finished'>, Step][]) {
    onPhase(phase);
    const from = load.progress().acknowledged;
    if (!paced.includes(phase)) load.allow(phases[phase].until);
    await step(deps, phase);
    loaded ??= load.run();
    loaded.catch(() => undefined);
    await acknowledged(deps, from + enough * (eventsUntil(deps, phase) - from));
  }
  await acknowledged(deps, load.progress().total);
  await loaded;
  onPhase('finished');
  await everyGroup(deps, 'to have handled everything', (group) => hasHandledAll(group, [2]));
};
