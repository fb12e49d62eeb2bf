/** The shape of the cast that plans are made for. */
export const size = {
  pairs: 4,
  consumers: 4,
  publishers: 2,
  relays: 2,
  eventTypes: 8,
  groups: 8,
  typesOfGroup: 2,
} as const;
