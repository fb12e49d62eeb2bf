import { groupBy, longestIncreasing } from '@baton/demo';
import { placeOfNote } from './check-order';
import type { Message } from './committed';
import { type Bindings, responsible, streamOf } from './timelines';
import type { EffectLine, PartEvidence, Violation } from './types';

export interface EffectInput extends Pick<PartEvidence, 'groups' | 'effects' | 'outboxTypes' | 'shipments'> {
  readonly messages: readonly Message[];
  readonly bindings: ReadonlyMap<string, Bindings>;
}

/** The effects of groups with an inbox. */
export interface EffectFigures {
  readonly taken: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
}

const checks = {
  lost: 'effect-for-every-event',
  doubled: 'one-effect-for-an-event',
  outOfOrder: 'effects-in-order',
} as const;

/** How many effects there are, and how many of the violations are theirs. */
export const effectFigures = (
  effects: readonly EffectLine[],
  violations: readonly Violation[],
): EffectFigures => {
  const count = (wanted: string): number => violations.filter(({ check }) => check === wanted).length;
  return {
    taken: effects.length,
    lost: count(checks.lost),
    doubled: count(checks.doubled),
    outOfOrder: count(checks.outOfOrder),
  };
};

/**
 * Each event has exactly one effect on each group with an inbox, over both versions: that of the version that counts,
 * and for a key in the order of publishing. Judged by rows that nothing forbids to be there twice.
 */
export const checkEffects = (input: EffectInput): readonly Violation[] =>
  input.groups
    .filter(({ effects }) => effects === 'inbox')
    .flatMap(({ group, eventTypes }) => {
      const effects = input.effects.filter((one) => one.group === group);
      return eventTypes.flatMap((eventType) =>
        checkStream(
          { group, eventType, bindings: input.bindings.get(streamOf(group, eventType)) ?? [] },
          effects.filter((one) => one.eventType === eventType),
          input,
        ),
      );
    });

interface Stream {
  readonly group: string;
  readonly eventType: string;
  readonly bindings: Bindings;
}

const checkStream = (
  stream: Stream,
  effects: readonly EffectLine[],
  input: EffectInput,
): readonly Violation[] => {
  const { group, eventType } = stream;
  const events = groupBy(
    input.messages.filter((message) => message.eventType === eventType),
    ({ id }) => id,
  );
  const byId = groupBy(effects, ({ id }) => id);
  const lost = [...events.keys()].filter((id) => !byId.has(id));
  return [
    ...lost.map(
      (id): Violation => ({
        class: 'lost',
        check: checks.lost,
        text: `${group} ${eventType}: ${id} has no effect`,
      }),
    ),
    ...[...byId].flatMap(([id, own]) => checkEvent(stream, own, events.get(id)?.[0])),
    ...checkOrder(stream, effects, input),
  ];
};

const checkEvent = (
  { group, bindings }: Stream,
  effects: readonly EffectLine[],
  message: Message | undefined,
): readonly Violation[] => {
  const [{ id } = { id: '' }] = effects;
  const told = effects.map(({ version, worker }) => `v${version} by ${worker}`).join(', ');
  const found = (of: Omit<Violation, 'text'>, why: string): Violation => ({
    ...of,
    text: `${group}: ${id} (${told}) ${why}`,
  });
  if (message === undefined)
    return [found({ class: 'wrong', check: 'effect-of-a-committed-event' }, 'is committed in no topic')];
  const counts = responsible(bindings, message);
  const wrong = effects.filter(({ version }) => version !== counts);
  return [
    ...effects
      .slice(1)
      .map(() => found({ class: 'doubled', check: checks.doubled }, `took effect ${effects.length} times`)),
    ...wrong.map(() => found({ class: 'wrong', check: 'effect-by-the-rule' }, `the rule says v${counts}`)),
  ];
};

/** An outbox keeps the order of all who write for a key; without one there is an order for each publisher. */
const checkOrder = (
  { group, eventType }: Stream,
  effects: readonly EffectLine[],
  { outboxTypes, shipments }: EffectInput,
): readonly Violation[] => {
  const isOutbox = outboxTypes.includes(eventType);
  const places = new Map(isOutbox ? shipments.map(({ id, n }) => [id, n]) : []);
  const firsts = groupBy(effects, ({ id }) => id);
  const ordered = [...firsts.values()].flatMap(([first]) => first ?? []).sort((a, b) => a.n - b.n);
  const streams = groupBy(ordered, ({ key, note }) =>
    isOutbox ? key : `${key} ${placeOfNote(note).publisher}`,
  );
  return [...streams].flatMap(([name, own]) => {
    const order = own.flatMap(({ id, note }) =>
      isOutbox ? (places.get(id) ?? []) : placeOfNote(note).place,
    );
    return Array.from(
      { length: order.length - longestIncreasing(order) },
      (): Violation => ({
        class: 'out-of-order',
        check: checks.outOfOrder,
        text: `${group} ${eventType} ${name}: effects are against the order of publishing`,
      }),
    );
  });
};
