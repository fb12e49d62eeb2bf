import { randomUUID } from 'node:crypto';

/** A name that no other run has, for topics, groups, transactional ids and tables: `prefix-1a2b3c4d`. */
export const uniqueName = (prefix: string): string => `${prefix}-${randomUUID().slice(0, 8)}`;
