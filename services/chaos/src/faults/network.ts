import { delay } from '@baton/messaging';
import { apiKeys, type ProxyFault } from '@baton/testing';
import type { ActionOf, DroppedApi, NetworkFault, Target } from '../plan/actions';
import type { Outcome } from '../stage/fault-log';
import type { Stage } from '../stage/stage';

const clientOf = (target: Target, { cast }: Stage): string | undefined => {
  switch (target.kind) {
    case 'everybody':
      return undefined;
    case 'consumer':
      return cast.consumers[target.worker];
    case 'publisher':
      return cast.publishers[target.worker];
    case 'relay':
      return cast.relays[target.worker] ?? cast.publishers[target.worker];
  }
};

/** Disturbs the connections of one worker, or of all, for a while. */
export const disturbNetwork = ({ how, of, ms }: ActionOf<'network'>, stage: Stage): Promise<Outcome> => {
  const clientId = clientOf(of, stage);
  return stage.faults.during('network', clientId ?? 'everybody', async () => {
    const fault = stage.cluster.proxy.inject({
      ...faultOf(how, stage),
      ...(clientId === undefined ? {} : { clientId }),
    });
    await delay(stage.clock, ms);
    fault.end();
    return { note: `${how} for ${ms} ms`, outcome: 'done' as const };
  });
};

const faultOf = (how: NetworkFault, { random }: Stage): ProxyFault => {
  const direction = random.pick(['requests', 'responses'] as const);
  switch (how) {
    case 'cut':
    case 'half-open':
      return { kind: how };
    case 'one-way':
      return { kind: how, passes: direction };
    case 'reset':
      return { kind: how, direction, times: 5 };
    case 'latency':
      return { kind: how, ms: random.between(100, 800), jitterMs: 400 };
    case 'throttle':
      return { kind: how, bytesPerSecond: random.between(2_000, 20_000), direction };
  }
};

const dropLimitMs = 15_000;

/** What every worker of a kind asks for all the time. */
const frequent = {
  consumer: 'heartbeat',
  publisher: 'endTxn',
  relay: 'endTxn',
  everybody: 'heartbeat',
} as const;

/** Lets responses of one API vanish: what was asked for has been done, and nobody learns of it. */
export const dropResponses = (
  { api, times, of }: ActionOf<'drop-responses'>,
  stage: Stage,
): Promise<Outcome> => {
  const name = clientOf(of, stage) ?? '';
  return stage.faults.during('dropped-response', `${name} ${api}`, async () => {
    const after = stage.random.pick(['hang', 'close'] as const);
    const drop = { api, times, clientId: name, after };
    const provoked = provoke(api, name, stage);
    const hits = await dropUntil(drop, stage);
    await provoked;
    if (hits > 0) return { note: `${hits} of ${times} dropped, then ${after}`, outcome: 'done' as const };
    const instead = frequent[of.kind];
    const others = await dropUntil({ ...drop, api: instead }, stage);
    return {
      note: `${api} did not come by, ${others} of ${instead} dropped`,
      outcome: others > 0 ? ('done' as const) : ('missed' as const),
    };
  });
};

interface Drop {
  readonly api: DroppedApi;
  readonly times: number;
  readonly clientId: string;
  readonly after: 'hang' | 'close';
}

const dropUntil = async (
  { api, times, clientId, after }: Drop,
  { cluster, clock }: Stage,
): Promise<number> => {
  const fault = cluster.proxy.inject({
    ...{ kind: 'drop', direction: 'responses', api: apiKeys[api], times, clientId, after },
  });
  const deadline = clock.now() + dropLimitMs;
  while (fault.hits() < times && clock.now() < deadline) await delay(clock, 50);
  fault.end();
  return fault.hits();
};

/** Some APIs are used only when a group rebalances or a producer is replaced. */
const provoke = async (
  api: DroppedApi,
  name: string,
  { cast, crew, cluster, groupLocks }: Stage,
): Promise<void> => {
  if (api === 'initProducerId') {
    const drop = { direction: 'responses', api: apiKeys.endTxn, clientId: name, after: 'close' } as const;
    cluster.proxy.inject({ kind: 'drop', times: 1, ...drop });
  }
  if (!['joinGroup', 'syncGroup', 'offsetFetch'].includes(api)) return;
  const group = cast.groups.find(({ members }) => members.includes(name))?.group;
  if (group === undefined) return;
  await groupLocks.hold(group, async () => {
    await crew.tell(name, { do: 'stop-group', group }).catch(() => {});
    await crew.tell(name, { do: 'start-group', group }, 30_000).catch(() => {});
  });
};

/** Shuts the registry; where it is cold, a consumer has to start meanwhile. */
export const shutRegistry = (
  { how, ms, worker }: ActionOf<'registry-outage'>,
  { faults, cluster, crew, cast, clock }: Stage,
): Promise<Outcome> =>
  faults.during('registry-outage', how, async () => {
    const name = cast.consumers[worker] ?? '';
    cluster.registry.shut();
    try {
      if (how === 'cold') await crew.kill(name);
      await delay(clock, ms);
    } finally {
      cluster.registry.open();
    }
    if (how === 'cold') await crew.ready(name, 60_000);
    return { note: `${ms} ms`, outcome: 'done' as const };
  });
