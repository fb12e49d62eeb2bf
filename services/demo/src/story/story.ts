import type { Clock } from '@baton/messaging';
import type { Load } from '../load/load';
import type { BatonCommand } from '../processes/baton-command';
import type { Fleet, Member } from '../processes/fleet';
import { loadUntil, type Phase } from './phases';
import { type GroupStatus, groupsOf, hasHandledAll } from './status';
import type { Until } from './until';

export const eventType = 'lending.BooksBorrowed';

/** The two subscriber teams, as they are called in the result. */
export const subscribers = ['reminders', 'statistics'] as const;

export type Subscriber = (typeof subscribers)[number];

export interface StoryDeps {
  readonly fleet: Pick<Fleet, 'start' | 'stop'>;
  readonly baton: BatonCommand;
  readonly load: Load;
  readonly until: Until;
  readonly clock: Clock;
  /** The consumer group of a team in this run. */
  readonly groupOf: (subscriber: Subscriber) => string;
  readonly effectsFileOf: (instance: string) => string;
  readonly onPhase: (phase: Phase) => void;
}

/** The lease of the subscribers: the shortest that a broker allows, so that a binding comes soon. */
export const leaseMs = 6000;

/** A part of the events of a phase that must be acknowledged before the next begins. */
const enough = 0.9;
const factLimitMs = 120_000;

/**
 * The changeover from the first v1 event to the last v2 event, told in the order in which teams would live it. Every
 * step goes on when facts say so: acknowledged events, the instant of a binding, `baton status`.
 */
export const tellStory = async (deps: StoryDeps): Promise<void> => {
  const { load, onPhase } = deps;
  let loaded: Promise<void> | undefined;
  const phase = async (name: Phase, steps: () => Promise<void>): Promise<void> => {
    onPhase(name);
    const from = load.progress().acknowledged;
    if (name !== 'reminders-bound' && name !== 'statistics-bound') load.allow(loadUntil[name]);
    await steps();
    await acknowledged(deps, from + enough * (eventsUntil(deps, name) - from));
  };

  await phase('v1-only', async () => {
    const everybody = [...instancesOf('lending'), ...subscribers.flatMap(instancesOf)];
    await Promise.all(everybody.map((instance) => startOn(deps, instance, '1')));
    loaded = load.run();
    loaded.catch(() => undefined);
  });
  await phase('reminders-stopped', () => stopAll(deps, 'reminders'));
  await phase('lending-upgraded', () => oneByOne(deps, 'lending', '1,2'));
  await phase('reminders-bound', () => bindStopped(deps, 'reminders', 'reminders-bound'));
  await phase('statistics-bound', async () => {
    await stopAll(deps, 'statistics');
    await bindStopped(deps, 'statistics', 'statistics-bound');
  });
  await phase('v2-only', async () => {
    await everyGroup(deps, 'to be drained', (group) => group?.drained === 'yes');
    await oneByOne(deps, 'lending', '2');
  });
  await phase('v1-dropped', async () => {
    await everyGroup(deps, 'to have read v1 to its end', (group) => hasHandledAll(group, [1]));
    await Promise.all(subscribers.map((team) => oneByOne(deps, team, '2')));
  });
  await acknowledged(deps, load.progress().total);
  await loaded;
  onPhase('finished');
  await everyGroup(deps, 'to have handled everything', (group) => hasHandledAll(group, [2]));
};

interface Instance {
  readonly name: string;
  readonly service: Member['service'];
}

/** The instances of a service: two of each. */
export const instancesOf = (service: Member['service']): readonly Instance[] =>
  [1, 2].map((number) => ({ name: `${service}-${number}`, service }));

/** Starts an instance as the release that publishes or subscribes to these versions. */
const startOn = async (
  { fleet, groupOf, effectsFileOf }: StoryDeps,
  { name, service }: Instance,
  versions: string,
): Promise<void> => {
  const env =
    service === 'lending'
      ? { LENDING_PUBLISHES: versions }
      : { SUBSCRIBES: versions, GROUP: groupOf(service), EFFECTS_FILE: effectsFileOf(name) };
  await fleet.start({ name, service, env });
};

const stopAll = async ({ fleet }: StoryDeps, service: Member['service']): Promise<void> => {
  await Promise.all(instancesOf(service).map(({ name }) => fleet.stop(name)));
};

/** A rolling restart: the next instance goes only when the one before is ready again. */
const oneByOne = async (deps: StoryDeps, service: Member['service'], versions: string): Promise<void> => {
  for (const instance of instancesOf(service)) {
    await deps.fleet.stop(instance.name);
    await startOn(deps, instance, versions);
  }
};

/**
 * Binds a stopped team and starts it as the release that reads both versions only after the binding's instant and
 * some events more, so that its backlog has events of both sides of the cut.
 */
const bindStopped = async (deps: StoryDeps, team: Subscriber, phase: Phase): Promise<void> => {
  const { baton, clock, until, groupOf, load } = deps;
  const from = load.progress().acknowledged;
  load.allow((from / load.progress().total + loadUntil[phase]) / 2);
  await baton('bind', eventType, '--group', groupOf(team), '--to', '2', '--lease-ms', String(leaseMs));
  const since = (await statusOf(deps)).get(groupOf(team))?.BoundToV2Since ?? '';
  await until(() => clock.now() > Date.parse(since), {
    what: `${groupOf(team)} to be bound to v2 and its instant ${since || '(none)'} to pass`,
    limitMs: 60_000,
    everyMs: 100,
  });
  load.allow(loadUntil[phase]);
  const before = load.progress().acknowledged;
  await acknowledged(deps, before + (eventsUntil(deps, phase) - before) / 2);
  await Promise.all(instancesOf(team).map((instance) => startOn(deps, instance, '1,2')));
};

const eventsUntil = ({ load }: StoryDeps, phase: Phase): number => loadUntil[phase] * load.progress().total;

const statusOf = async ({ baton }: StoryDeps): Promise<ReadonlyMap<string, GroupStatus>> =>
  groupsOf(await baton('status', eventType), eventType);

const everyGroup = async (
  deps: StoryDeps,
  what: string,
  fact: (group: GroupStatus | undefined) => boolean,
): Promise<void> => {
  const groups = subscribers.map(deps.groupOf);
  const isSo = async () => {
    const status = await statusOf(deps);
    return groups.every((group) => fact(status.get(group)));
  };
  await deps.until(isSo, { what: `${groups.join(' and ')} ${what}`, limitMs: factLimitMs, everyMs: 500 });
};

/** Waits for a number of acknowledged events, for as long as any are still being acknowledged. */
const acknowledged = async ({ load, until }: StoryDeps, count: number): Promise<void> => {
  const progress = () => load.progress().acknowledged;
  await until(() => progress() >= Math.floor(count), {
    what: `lending to acknowledge the next of ${Math.floor(count)} events`,
    limitMs: factLimitMs,
    everyMs: 50,
    progress,
  });
};
