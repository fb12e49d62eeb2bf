import { bind, instantFromMillis, isBatonError, publishedVersions, toHeaders, version } from '@baton/core';
import { delay } from '@baton/messaging';
import { performOnDatabase } from './database-acts';
import { performAtInbox } from './inbox-acts';
import { outboxEvidence } from './outbox-evidence';
import type { Act, Installation, Script } from './plan-types';
import { runScript, type ScriptResult } from './script-program';
import type { World } from './world';

type ActOf<D extends Act['do']> = Extract<Act, { do: D }>;

/** Does one thing of the plan; what it names and is not there is left alone. */
export const perform = (world: World, act: Act): void => {
  switch (act.do) {
    case 'publish':
      for (let i = 0; i < act.times; i += 1) world.publish(act.by, act.key);
      return;
    case 'publish-at-instants':
      publishAtInstants(world, act);
      return;
    case 'release-publisher':
      releasePublisher(world, act);
      return;
    case 'release-member':
      releaseMember(world, act);
      return;
    case 'configure-member':
      configureMember(world, act);
      return;
    case 'script':
      void startScript(world, act);
      return;
    case 'move':
      move(world, act);
      return;
    case 'stop':
    case 'kill':
      takeDown(world, act.name, { how: act.do, downMs: act.downMs });
      return;
    case 'freeze':
      freeze(world, act);
      return;
    case 'cut':
      cut(world, act);
      return;
    case 'clock':
      stepClock(world, act);
      return;
    case 'fault':
      (act.to === 'database' ? world.database : world.broker).network.fail(act.fault);
      return;
    case 'database-outage':
    case 'end-sessions':
      performOnDatabase(world, act);
      return;
    case 'outage':
      outage(world, act);
      return;
    case 'slow':
      slowDown(world, act);
      return;
    case 'rebalance':
    case 'expire-offsets':
      performOnGroup(world, act);
      return;
    case 'retention':
      retain(world, act);
      return;
    case 'foreign-abort':
      void abortForeign(world, act);
      return;
    default:
      performAtInbox(world, act);
  }
};

const performOnGroup = (
  { recorder, broker }: World,
  { do: what, group }: ActOf<'rebalance' | 'expire-offsets'>,
): void => {
  if (what === 'expire-offsets') {
    broker.group(group).expireOffsets();
    return;
  }
  recorder.disturb('rebalance', undefined, `${group} is made to rebalance`);
  broker.group(group).rebalance();
};

/** Runs a script to its end, in a process of its own; `killed` if that is ended before. */
export const startScript = async (
  world: World,
  { name, clock, run }: Pick<ActOf<'script'>, 'name' | 'clock' | 'run'>,
): Promise<ScriptResult> => {
  const client = world.broker.connect(name, clock);
  const { process } = client;
  world.scripts.set(name, process);
  world.recorder.disturb('script', name, `${name} starts: ${inWords(run)}`);
  const { plan, eventType, recorder } = world;
  const newId = (): string => world.newId(name);
  const ran = runScript(client, run, {
    plan,
    eventType,
    recorder,
    newId,
    outbox: outboxEvidence(world),
  }).catch(
    (error): ScriptResult => ({
      kind: 'failed',
      because: isBatonError(error) ? `${error.code}: ${error.message}` : String(error),
    }),
  );
  const result = await Promise.race([ran, untilDead(world, process)]);
  world.scripts.delete(name);
  if (result.kind !== 'killed')
    recorder.observe({ kind: 'script-ended', process: name, script: run.script, result: result.kind });
  process.kill();
  return result;
};

const untilDead = async (world: World, process: { isAlive(): boolean }): Promise<ScriptResult> => {
  while (process.isAlive()) await delay(world.clock, 500);
  return { kind: 'killed', because: '' };
};

const inWords = (script: Script): string => {
  switch (script.script) {
    case 'bind':
      return `bind ${script.group} to v${script.version}`;
    case 'announce':
      return `announce that v${script.from} goes away in favour of v${script.to}`;
    case 'veto':
      return `${script.group} objects to the end of v${script.version}`;
    case 'withdraw-veto':
      return `${script.group} takes its objection to the end of v${script.version} back`;
    case 'retire':
      return `retire v${script.version}`;
    case 'drop':
      return `${script.group} drops v${script.version}`;
  }
};

/** The moments at which everything turns: the last stamp before an instant, the instant itself, the first one after it. */
const publishAtInstants = (world: World, { by, key, afterMs }: ActOf<'publish-at-instants'>): void => {
  world.recorder.onEntry((entry) => {
    const { kind, since } = (entry ?? {}) as { kind?: unknown; since?: unknown };
    const clock = world.process(by)?.clock;
    if (kind !== 'binding-proposed' || typeof since !== 'number' || clock === undefined) return;
    for (const after of afterMs) clock.after(since + after - clock.now(), () => world.publish(by, key));
  });
};

const releasePublisher = (
  world: World,
  { name, versions, how, downMs }: ActOf<'release-publisher'>,
): void => {
  const publisher = world.publishers.get(name);
  if (publisher === undefined) return;
  void publisher.host.change({ how, downMs }, () => {
    publisher.versions = versions;
    world.recorder.disturb('release', name, `${name} gets a release that publishes v${versions.join(', v')}`);
  });
};

const move = (world: World, { name, skewMs, ...down }: ActOf<'move'>): void => {
  const host = world.host(name);
  void host?.change(down, () => {
    world.recorder.disturb('move', name, `${name} moves to a machine whose clock is ${skewMs} ms ahead`);
    host.stepClock(skewMs - host.clockSkewMs());
  });
};

const releaseMember = (world: World, { name, reads, how, downMs }: ActOf<'release-member'>): void => {
  const member = world.members.get(name);
  if (member === undefined) return;
  void member.host.change({ how, downMs }, () => {
    member.reads = reads;
    world.recorder.disturb('release', name, `${name} gets a release that reads v${reads.join(', v')}`);
  });
};

const takeDown = (world: World, name: string, down: Installation): void => {
  const host = world.host(name);
  if (host !== undefined) {
    void host.change(down, () => {});
    return;
  }
  const script = world.scripts.get(name);
  if (script === undefined) return;
  world.recorder.disturb('kill', name, `${name} is killed`);
  script.kill();
};

const freeze = (world: World, { name, forMs }: ActOf<'freeze'>): void => {
  const process = world.process(name);
  if (process === undefined) return;
  world.recorder.disturb('freeze', name, `${name} is paused for ${forMs} ms`);
  process.freeze();
  world.clock.after(forMs, () => process.thaw());
};

const cut = (world: World, { name, forMs }: ActOf<'cut'>): void => {
  const process = world.process(name);
  if (process === undefined) return;
  world.recorder.disturb('cut', name, `${name} is cut off from the broker for ${forMs} ms`);
  process.disconnect();
  world.clock.after(forMs, () => process.reconnect());
};

const stepClock = (world: World, { name, byMs }: ActOf<'clock'>): void => {
  const host = world.host(name);
  if (host === undefined) return;
  world.recorder.disturb('clock', name, `the clock of ${name} is set by ${byMs} ms`);
  host.stepClock(byMs);
};

const outage = (world: World, { forMs, operations, name }: ActOf<'outage'>): void => {
  const what = operations === undefined ? 'the broker' : `what answers ${operations.join(', ')}`;
  const whom = name === undefined ? '' : ` for ${name}`;
  world.recorder.disturb('outage', name, `${what} is away${whom} for ${forMs} ms`);
  world.broker.network.goDown({
    until: world.clock.now() + forMs,
    ...(operations === undefined ? {} : { operations }),
    ...(name === undefined ? {} : { process: name }),
  });
};

const slowDown = (world: World, { times, forMs }: ActOf<'slow'>): void => {
  world.recorder.disturb('slow', undefined, `every way takes ${times} times as long for ${forMs} ms`);
  world.slowness = times;
  world.clock.after(forMs, () => {
    world.slowness = 1;
  });
};

const configureMember = (
  world: World,
  { name, version: which, sinceMs, how, downMs }: ActOf<'configure-member'>,
): void => {
  const member = world.members.get(name);
  if (member === undefined) return;
  const since = instantFromMillis(world.startedAt + sinceMs);
  void member.host.change({ how, downMs }, () => {
    if (member.timeline === undefined) return;
    member.timeline = bind(member.timeline, { since, version: version(which) });
    world.recorder.disturb('configure', name, `${name} is configured with v${which} since ${sinceMs} ms`);
  });
};

const retain = (world: World, { version: which, keep }: ActOf<'retention'>): void => {
  const topic = world.topic(which);
  world.broker.logs(topic).forEach((log, partition) => {
    const offset = Math.min(log.highWatermark() - keep, log.lastStableOffset());
    if (offset <= log.logStart()) return;
    log.deleteBefore(offset);
    world.recorder.observe({ kind: 'retention', topic, partition, offset });
  });
};

/** Well-formed twins of another producer that are never to be read. */
const abortForeign = async (
  world: World,
  { id, key, events, openMs, versions = world.plan.versions }: ActOf<'foreign-abort'>,
): Promise<void> => {
  const { plan, broker, clock } = world;
  const client = broker.connect(id);
  const createdAt = instantFromMillis(clock.now());
  const partition = client.partitioner(key, plan.partitions);
  const records = Array.from({ length: events }, (_, i) =>
    versions.map((which) => {
      const published = publishedVersions(versions);
      const envelope = { id: `${id}-${i}`, source: 'foreign', type: plan.eventType, createdAt, published };
      const topic = world.topic(which);
      const headers = toHeaders(envelope, `/subjects/${topic}-value/versions/1`);
      const value = Buffer.from('{}');
      return { topic, partition, key, value, headers, timestamp: createdAt };
    }),
  );
  try {
    const producer = await client.createProducer(id);
    await producer.begin();
    for (const twins of records) await producer.send(twins);
    await delay(clock, openMs);
    await producer.abort();
  } catch {
    // the coordinator ends it in time
  }
  client.process.kill();
};
