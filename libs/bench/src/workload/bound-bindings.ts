import { createLogBindings, sign } from '@baton/control';
import { type EventType, type Instant, type Version, versionsOf } from '@baton/core';
import { type BindingSource, systemClock } from '@baton/messaging';
import { createMemoryControlLog } from '@baton/testing';

export interface BoundGroup {
  readonly group: string;
  readonly eventType: EventType;
  readonly first: Version;
  /** Left out: it was never bound. */
  readonly bound?: { readonly since: Instant; readonly version: Version };
}

const [lead, minute] = [12_000, 60_000];

/** The bindings of a group as the control log has them, with a log in memory: bound long ago, nothing open. */
export const boundBindings = async ({
  group,
  eventType,
  first,
  bound,
}: BoundGroup): Promise<BindingSource> => {
  let now = (bound?.since ?? minute) - minute;
  const shared = createMemoryControlLog({ now: () => now });
  const log = shared.connect();
  const by = { by: 'bench', reason: 'measured' };
  const about = { group, eventType: eventType.name };
  const append = (entry: Parameters<typeof sign>[0]) => log.append(sign(entry, by));
  await append({
    kind: 'group-registered',
    ...about,
    defaultVersion: first,
    handles: [...versionsOf(eventType)],
  });
  if (bound !== undefined) {
    const { since, version } = bound;
    const proposal = 'bound';
    const terms = { since, version, decideBy: since + 10_000, lead, expectedRevision: 1 };
    await append({ kind: 'binding-proposed', proposal, ...about, ...terms });
    await append({ kind: 'binding-listed', proposal, members: [] });
    await append({ kind: 'binding-confirmed', proposal });
  }
  now = Date.now();
  const bindings = createLogBindings({ log, group, by: 'bench', lead, clock: systemClock });
  await bindings.catchUp();
  if (bindings.of(eventType.name).timeline?.length !== (bound === undefined ? 1 : 2))
    throw new Error(`Expected ${group} to be bound as given, but the log says otherwise.`);
  return bindings;
};
