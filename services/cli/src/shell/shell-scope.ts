import type { CatalogEntry } from '@baton/contracts';
import { type ControlFollower, type ControlState, groupState } from '@baton/control';
import {
  BatonError,
  type Decision,
  decide,
  defaultTimeline,
  parseInstant,
  publishedVersions,
  type Timeline,
  version,
} from '@baton/core';
import type { PublishedEvent } from '@baton/messaging';
import { chosenEntry } from '../commands/catalog-input';
import { publishingOf } from '../commands/publish';
import { type ReadRequest, readEvents } from '../commands/tail';
import type { Context } from '../context';
import { withPublisher } from '../events/publishing';
import { readEvent } from '../events/read-events';
import type { TailedEvent } from '../events/tailed-event';

/** What is asked of the rule: a group's timeline is taken from the control log. */
export interface Question {
  readonly type: string;
  readonly group?: string;
  readonly version: number;
  readonly createdAt: string;
  readonly published: readonly number[];
  readonly timeline?: Timeline;
}

/** Everything that the shell offers by name. */
export interface ShellScope {
  readonly catalog: readonly CatalogEntry[];
  publish(
    type: string,
    events: object | readonly object[],
    options?: { readonly version?: number; readonly versions?: readonly number[] },
  ): Promise<readonly PublishedEvent[]>;
  tail(
    type: string,
    options?: Partial<Omit<ReadRequest, 'type' | 'versions' | 'from'>> & {
      readonly version?: number;
      readonly from?: string;
    },
  ): Promise<readonly TailedEvent[]>;
  decide(question: Question): Decision;
  /** The control log, folded up to now. */
  state(): Promise<ControlState>;
}

/** The names of the shell, over an open control log. */
export const shellScope = (
  catalog: readonly CatalogEntry[],
  follower: ControlFollower,
  context: Context,
): ShellScope => ({
  catalog,
  publish: async (type, events, { version: given, versions } = {}) => {
    const publishing = publishingOf(
      {
        type,
        source: 'baton-cli',
        version: given === undefined ? undefined : version(given),
        versions: versions?.map((one) => version(one)),
      },
      context,
    );
    const { eventType } = publishing;
    const read = (Array.isArray(events) ? events : [events]).map((one) =>
      readEvent(JSON.stringify(one), eventType),
    );
    return withPublisher(publishing, context, (publisher) =>
      Promise.all(read.map((event) => publisher.publish(eventType, event as never))),
    );
  },
  tail: async (type, { version: only, from, ...options } = {}) => {
    const live = chosenEntry(context, type).versions.map((one) => version(one.version));
    const { events } = await readEvents(
      {
        limit: 10,
        follow: false,
        ...options,
        type,
        versions: only === undefined ? live : [version(only)],
        from: from === 'beginning' || from === 'end' || from === undefined ? from : parseInstant(from),
      },
      { ...context, line: () => 'held' },
    );
    return events;
  },
  decide: (question) =>
    decide(version(question.version), {
      createdAt: parseInstant(question.createdAt),
      published: publishedVersions(question.published),
      timeline: timelineOf(question, follower.state()),
    }),
  state: async () => {
    await follower.catchUp();
    return follower.state();
  },
});

const timelineOf = ({ type, group, timeline }: Question, state: ControlState): Timeline => {
  if (timeline !== undefined) return timeline;
  if (group === undefined) return defaultTimeline(version(1));
  const known = groupState(state, group, type).timeline;
  if (known !== undefined) return known;
  throw new BatonError(
    'invalid-argument',
    `Expected a group that is registered for ${type}, got "${group}". See: await state()`,
  );
};
