/** Where a group parks the events it could not handle. */
export const deadLetterTopicOf = (group: string): string => `${group}.dead-letters`;

/** Where parked events come back to the group that parked them; never an event topic. */
export const retryTopicOf = (group: string): string => `${group}.retry`;
