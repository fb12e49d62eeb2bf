/** Who takes part in one part of a run: all names are the part's own. */
export interface Cast {
  readonly part: string;
  readonly eventTypes: readonly string[];
  /** The beginning of the names of event types whose topics suffer accidents; nobody else reads those. */
  readonly sacrificial: string;
  readonly groups: readonly GroupCast[];
  readonly consumers: readonly string[];
  readonly publishers: readonly string[];
  /** None where there is no database. */
  readonly relays: readonly string[];
  /** The pairs of event types that are published in the same way. */
  readonly lines: readonly LineCast[];
  readonly controlTopic: string;
  readonly presenceTopic: string;
}

export interface GroupCast {
  readonly group: string;
  readonly eventTypes: readonly string[];
  /** The consumer processes that each have a member of it. */
  readonly members: readonly string[];
  readonly effects: 'none' | 'inbox';
}

export interface LineCast {
  readonly name: string;
  readonly eventTypes: readonly string[];
  readonly through: 'transactions' | 'outbox';
}

/** The event types whose events are rows of the outbox first. */
export const outboxTypesOf = ({ lines }: Pick<Cast, 'lines'>): readonly string[] =>
  lines.flatMap(({ through, eventTypes }) => (through === 'outbox' ? eventTypes : []));

export interface CastSize {
  /** Pairs of event types; each has two groups. */
  readonly pairs: number;
  readonly relays: number;
}

/**
 * Event types in pairs, each pair read by two groups, each group with members in two of four processes. With a database
 * every other group has an inbox, and the later half of the pairs goes through an outbox: so each of the two meets the
 * other, and what has neither, in every process.
 */
export const castOf = (
  run: string,
  part: number,
  { pairs, relays, database }: CastSize & { readonly database: 'usable' | 'missing' },
): Cast => {
  const withDatabase = database === 'usable';
  const name = `${run}.part${part}`;
  const typesOf = (pair: number): string[] => [0, 1].map((i) => `${name}.Shipment${2 * pair + i + 1}`);
  const numbers = Array.from({ length: pairs }, (_, i) => i);
  const groupsOf = (pair: number): GroupCast[] =>
    ['a', 'b'].map((team, i) => ({
      group: `${name}.${team}${pair + 1}`,
      eventTypes: typesOf(pair),
      members: [`${name}-c${2 * i + 1}`, `${name}-c${2 * i + 2}`],
      effects: withDatabase && (pair + i) % 2 === 1 ? 'inbox' : 'none',
    }));
  return {
    part: name,
    eventTypes: numbers.flatMap(typesOf),
    sacrificial: `${name}.Sacrificial`,
    groups: numbers.flatMap(groupsOf),
    consumers: [1, 2, 3, 4].map((n) => `${name}-c${n}`),
    publishers: [1, 2].map((n) => `${name}-p${n}`),
    relays: Array.from({ length: withDatabase ? relays : 0 }, (_, i) => `${name}-r${i + 1}`),
    lines: numbers.map((pair) => ({
      name: `line${pair + 1}`,
      eventTypes: typesOf(pair),
      through: withDatabase && pair >= pairs / 2 ? 'outbox' : 'transactions',
    })),
    controlTopic: `baton.control.${name}`,
    presenceTopic: `baton.presence.${name}`,
  };
};
