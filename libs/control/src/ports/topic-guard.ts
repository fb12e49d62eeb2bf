/** Refuses writes to a topic at the broker, for everybody: so a retired version stays retired. */
export interface TopicGuard {
  /** Resolves once the broker refuses writes, or says that no authorizer is on. Safe to call twice. */
  refuseWrites(topic: string): Promise<'refused' | 'no-authorizer'>;
  /** Whether the broker refuses writes; `undefined` if nobody can tell, as without an authorizer. */
  writesRefused(topic: string): Promise<boolean | undefined>;
}
