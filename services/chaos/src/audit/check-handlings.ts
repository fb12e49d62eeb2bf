import { groupBy } from '@baton/demo';
import type { WorkerLine } from '../history/lines';
import type { Message } from './committed';
import { type Bindings, responsible, streamOf } from './timelines';
import type { GroupOfPart, Violation } from './types';

export type Handling = Extract<WorkerLine, { readonly kind: 'handler-began' | 'handler-ended' }>;

export interface HandlingInput {
  readonly groups: readonly GroupOfPart[];
  readonly messages: readonly Message[];
  readonly handlings: readonly Handling[];
  readonly answered: readonly Extract<WorkerLine, { readonly kind: 'publish-answered' }>[];
  readonly bindings: ReadonlyMap<string, Bindings>;
}

/** The event type of a version topic. */
export const eventTypeOf = (topic: string): string => topic.slice(0, topic.lastIndexOf('.v'));

/** Every committed event is handled by every group of its type, in the one version that counts, and nothing else is. */
export const checkHandlings = (input: HandlingInput): readonly Violation[] => [
  ...answeredButAbsent(input),
  ...input.groups.flatMap((group) => {
    const handlings = input.handlings.filter((one) => one.group === group.group);
    return group.eventTypes.flatMap((eventType) =>
      checkStream(
        {
          group: group.group,
          eventType,
          bindings: input.bindings.get(streamOf(group.group, eventType)) ?? [],
        },
        input.messages.filter((message) => message.eventType === eventType),
        handlings.filter(({ topic }) => eventTypeOf(topic) === eventType),
      ),
    );
  }),
];

/** An answer says that the event is stored. */
const answeredButAbsent = ({ answered, messages }: HandlingInput): readonly Violation[] => {
  const stored = new Set(messages.map(({ id }) => id));
  return answered
    .filter(({ id }) => !stored.has(id))
    .map(({ id, note }) => ({
      class: 'lost',
      check: 'acknowledged-is-stored',
      text: `${note} (${id}) was acknowledged and is in no topic`,
    }));
};

interface Stream {
  readonly group: string;
  readonly eventType: string;
  readonly bindings: Bindings;
}

const checkStream = (
  stream: Stream,
  messages: readonly Message[],
  handlings: readonly Handling[],
): readonly Violation[] => {
  const byId = groupBy(messages, ({ id }) => id);
  const began = groupBy(
    handlings.filter(({ kind }) => kind === 'handler-began'),
    ({ id }) => id,
  );
  const ended = new Set(handlings.filter(({ kind }) => kind === 'handler-ended').map(({ id }) => id));
  const name = `${stream.group} ${stream.eventType}`;
  const lost = [...byId.keys()]
    .filter((id) => !ended.has(id))
    .map(
      (id): Violation => ({
        class: 'lost',
        check: 'stored-is-handled',
        text: `${name}: ${id} was not handled`,
      }),
    );
  const wrong = [...began].flatMap(([id, calls]) => checkEvent(stream, calls, byId.get(id)));
  return [...lost, ...wrong];
};

const checkEvent = (
  { group, bindings }: Stream,
  calls: readonly Handling[],
  copies: readonly Message[] | undefined,
): readonly Violation[] => {
  const [call] = calls;
  const [message] = copies ?? [];
  if (call === undefined) return [];
  const { id } = call;
  if (message === undefined) {
    const text = `${group}: ${id} was handled from ${call.topic} and is committed nowhere`;
    return [{ class: 'wrong', check: 'handled-is-committed', text }];
  }
  const versions = [...new Set(calls.map(({ version }) => version))];
  const counts = responsible(bindings, message);
  const doubled: Violation[] =
    versions.length > 1
      ? [
          {
            class: 'doubled',
            check: 'one-version',
            text: `${group}: ${id} was handled as v${versions.join(' and v')}`,
          },
        ]
      : [];
  const decided: Violation[] = versions
    .filter((version) => version !== counts)
    .map((version) => ({
      class: 'wrong',
      check: 'decision-by-the-rule',
      text: `${group}: ${id}, created ${new Date(message.createdAt).toISOString()}, was handled as v${version}; the rule says v${counts}`,
    }));
  return [...doubled, ...decided];
};
