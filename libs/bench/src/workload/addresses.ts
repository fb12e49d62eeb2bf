/** What a run needs from its environment. */
export const needed = (env: NodeJS.ProcessEnv, name: string): string => {
  const value = env[name];
  if (!value) throw new Error(`Expected ${name} in the environment of the run.`);
  return value;
};

/** The brokers of a run. */
export const brokersOf = (env: NodeJS.ProcessEnv): readonly string[] =>
  needed(env, 'KAFKA_BROKERS').split(',');
