import { loadCatalog } from '@baton/contracts';
import type { Clock } from '@baton/messaging';
import type { BrokerPorts } from '../context';
import type { CompletionSources } from './candidates';

/** How long a person who pressed the tab key waits for the broker. */
const patienceMs = 1_000;

/** Event types, versions and groups from the folder of schemas; groups from the broker too, if it is quick. */
export const completionSources = ({
  schemas,
  groupReader,
  clock,
}: {
  readonly schemas: string | undefined;
  readonly groupReader: () => Pick<BrokerPorts['groupReader'], 'list'>;
  readonly clock: Clock;
}): CompletionSources => {
  const entries = schemas === undefined ? [] : loadCatalog(schemas).entries;
  return {
    eventTypes: () => entries.map(({ name }) => name),
    versions: (eventType) =>
      entries.flatMap(({ name, versions }) =>
        name === eventType ? versions.map(({ version }) => String(version)) : [],
      ),
    groups: async (eventType) => [
      ...entries.flatMap(({ name, groups }) => (eventType === undefined || name === eventType ? groups : [])),
      ...(await soon(() => groupReader().list(), clock)).filter((group) => !group.startsWith('baton-tail-')),
    ],
  };
};

const soon = (ask: () => Promise<readonly string[]>, clock: Clock): Promise<readonly string[]> =>
  new Promise((resolve) => {
    const cancel = clock.after(patienceMs, () => resolve([]));
    Promise.resolve()
      .then(ask)
      .then(resolve, () => resolve([]))
      .finally(cancel);
  });
