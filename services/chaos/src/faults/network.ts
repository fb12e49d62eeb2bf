import { delay } from '@baton/messaging';
import { apiKeys, type ProxyFault } from '@baton/testing';
import type { ActionOf, NetworkFault, Target } from '../plan/actions';
import type { Stage } from '../stage/stage';

const clientOf = (target: Target, { cast }: Stage): string | undefined => {
  if (target.kind === 'everybody') return undefined;
  return (target.kind === 'consumer' ? cast.consumers : cast.publishers)[target.worker];
};

/** Disturbs the connections of one worker, or of all, for a while. */
export const disturbNetwork = ({ how, of, ms }: ActionOf<'network'>, stage: Stage): Promise<void> => {
  const clientId = clientOf(of, stage);
  return stage.faults.during('network', clientId ?? 'everybody', async () => {
    const fault = stage.cluster.proxy.inject({
      ...faultOf(how, stage),
      ...(clientId === undefined ? {} : { clientId }),
    });
    await delay(stage.clock, ms);
    fault.end();
    return { note: `${how} for ${ms} ms`, counted: true };
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

const dropLimitMs = 12_000;

/** Lets responses of one API vanish: what was asked for has been done, and nobody learns of it. */
export const dropResponses = (
  { api, times, of }: ActionOf<'drop-responses'>,
  stage: Stage,
): Promise<void> => {
  const clientId = clientOf(of, stage);
  const { faults, cluster, clock, random } = stage;
  return faults.during('dropped-response', `${clientId ?? 'everybody'} ${api}`, async () => {
    const fault = cluster.proxy.inject({
      ...{ kind: 'drop', direction: 'responses', api: apiKeys[api], times },
      after: random.pick(['hang', 'close'] as const),
      ...(clientId === undefined ? {} : { clientId }),
    });
    const deadline = clock.now() + dropLimitMs;
    while (fault.hits() < times && clock.now() < deadline) await delay(clock, 50);
    fault.end();
    const hits = fault.hits();
    return { note: `${hits} of ${times} dropped`, counted: hits > 0 };
  });
};

/** Shuts the registry; where it is cold, a consumer has to start meanwhile. */
export const shutRegistry = (
  { how, ms, worker }: ActionOf<'registry-outage'>,
  { faults, cluster, crew, cast, clock }: Stage,
): Promise<void> =>
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
    return { note: `${ms} ms`, counted: true };
  });
