import type { Clock } from '@baton/messaging';
import type { Load } from '../load/load';
import type { BatonCommand } from '../processes/baton-command';
import type { Fleet, Member } from '../processes/fleet';
import { eventType, type Instance, instancesOf, leaseMs, type Subscriber, subscribers } from './cast';
import { type GroupStatus, groupsOf, sinceOf } from './documents';
import type { Chapter, Phase } from './phases';
import type { Until } from './until';

export interface StoryDeps {
  readonly fleet: Pick<Fleet, 'start' | 'stop'>;
  readonly baton: BatonCommand;
  readonly load: Load;
  readonly until: Until;
  readonly clock: Clock;
  /** The consumer group of a team in this run. */
  readonly groupOf: (subscriber: Subscriber) => string;
  readonly effectsFileOf: (instance: string) => string;
  /** The phases to be told. */
  readonly story: readonly Phase[];
  readonly onPhase: (phase: Phase) => void;
}

const factLimitMs = 120_000;
/** Load that waits for an instant begins to flow so long before it that events lie on both sides. */
const acrossMs = 200;

/** Starts an instance as the release that publishes or subscribes to these versions. */
export const startOn = async (
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

/** Starts all instances of these services at once. */
export const startAll = async (
  deps: StoryDeps,
  services: readonly Member['service'][],
  versions: string,
): Promise<void> => {
  const instances = services.flatMap(instancesOf);
  await Promise.all(instances.map((instance) => startOn(deps, instance, versions)));
};

/** Lets all instances of a service finish at once. */
export const stopAll = async ({ fleet }: StoryDeps, service: Member['service']): Promise<void> => {
  await Promise.all(instancesOf(service).map(({ name }) => fleet.stop(name)));
};

/** A rolling restart: the next instance goes only when the one before is ready again. */
export const oneByOne = async (
  deps: StoryDeps,
  service: Member['service'],
  versions: string,
): Promise<void> => {
  for (const instance of instancesOf(service)) {
    await deps.fleet.stop(instance.name);
    await startOn(deps, instance, versions);
  }
};

/**
 * Binds a team, at work or stopped, and goes on when the instant is over. Half of the phase's load comes before the
 * instant, the rest on both sides of it and after.
 */
export const bind = async (
  deps: StoryDeps,
  { team, to }: { readonly team: Subscriber; readonly to: string },
  { until: part }: Chapter,
): Promise<void> => {
  const { baton, clock, until, groupOf, load } = deps;
  const group = groupOf(team);
  const from = load.progress().acknowledged / load.progress().total;
  load.allow((from + part) / 2);
  const bound = await baton([
    'bind',
    eventType,
    ...['--group', group, '--to', to, '--lease-ms', String(leaseMs)],
  ]);
  const since = sinceOf(bound, to);
  const passes = (ms: number) =>
    until(() => clock.now() > since - ms, {
      what: `the instant ${new Date(since).toISOString()} to pass, since when ${group} is bound to v${to}`,
      limitMs: 60_000,
      everyMs: 50,
    });
  await passes(acrossMs);
  load.allow(part);
  await passes(0);
};

/**
 * Binds a stopped team and starts it as the release that reads both versions only after the binding's instant and
 * some events more, so that its backlog has events of both sides of the cut.
 */
export const bindStopped = async (deps: StoryDeps, team: Subscriber, chapter: Chapter): Promise<void> => {
  await bind(deps, { team, to: '2' }, chapter);
  const before = deps.load.progress().acknowledged;
  await acknowledged(deps, before + (eventsUntil(deps, chapter) - before) / 2);
  await startAll(deps, [team], '1,2');
};

/** Waits until `baton status` says so of every group. */
export const everyGroup = async (
  deps: StoryDeps,
  what: string,
  fact: (group: GroupStatus | undefined) => boolean,
): Promise<void> => {
  const groups = subscribers.map(deps.groupOf);
  const isSo = async () => {
    const status = groupsOf(await deps.baton(['status', eventType]), eventType);
    return groups.every((group) => fact(status.get(group)));
  };
  await deps.until(isSo, { what: `${groups.join(' and ')} ${what}`, limitMs: factLimitMs, everyMs: 500 });
};

/** How many events there are when a phase has had its load. */
export const eventsUntil = ({ load }: StoryDeps, { until }: Chapter): number => until * load.progress().total;

/** Waits for a number of acknowledged events, for as long as any are still being acknowledged. */
export const acknowledged = async ({ load, until }: StoryDeps, count: number): Promise<void> => {
  const progress = () => load.progress().acknowledged;
  await until(() => progress() >= Math.floor(count), {
    what: `lending to acknowledge the next of ${Math.floor(count)} events`,
    limitMs: factLimitMs,
    everyMs: 50,
    progress,
  });
};
