import { type ControlLog, createLogBindings, type PresenceStore } from '@baton/control';
import {
  bind,
  defaultTimeline,
  type EventType,
  type Instant,
  type Version,
  version,
  versionsOf,
} from '@baton/core';
import { type BindingSource, type Clock, type Logger, staticBindings } from '@baton/messaging';

export interface OpenBindingsDeps {
  readonly config: {
    readonly INSTANCE: string;
    readonly GROUP: string;
    readonly LEASE_MS: number;
    readonly MARGIN_MS: number;
    readonly BOUND_TO_V2_SINCE?: Instant | undefined;
    readonly ALLOW_DEPRECATED?: boolean;
    readonly FROM_VERSION?: Version | undefined;
  };
  readonly eventType: EventType;
  readonly kafka: {
    readonly controlLog: () => Promise<ControlLog>;
    readonly presence: () => PresenceStore;
  };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The bindings of a subscriber: from its configuration if that names an instant, otherwise from the control log. */
export const openBindings = async ({
  config,
  eventType,
  kafka: { controlLog, presence },
  clock,
  logger,
}: OpenBindingsDeps): Promise<BindingSource> => {
  const { GROUP: group, BOUND_TO_V2_SINCE: since } = config;
  const lead = config.LEASE_MS + config.MARGIN_MS;
  if (since === undefined) {
    const allowDeprecated = config.ALLOW_DEPRECATED ?? false;
    const log = await controlLog();
    return createLogBindings({
      log,
      group,
      by: config.INSTANCE,
      lead,
      clock,
      allowDeprecated,
      presence,
      ...(config.FROM_VERSION === undefined ? {} : { fromVersion: config.FROM_VERSION }),
      logger,
    });
  }
  const first = defaultTimeline(versionsOf(eventType)[0] ?? version(1));
  const timelines = { [eventType.name]: bind(first, { since, version: version(2) }) };
  return staticBindings({ group, timelines, clock, leadMs: lead });
};
