import type { Act } from './plan-types';
import type { World } from './world';

/** Does one thing to the database of a run. */
export const performOnDatabase = (
  { recorder, database, clock }: World,
  act: Extract<Act, { do: 'database-outage' | 'end-sessions' }>,
): void => {
  const { name } = act;
  if (act.do === 'end-sessions') {
    recorder.disturb('end-sessions', name, `the database ends the connections of ${name}`);
    database.endSessions(name);
    return;
  }
  const { forMs, restarts } = act;
  const whom = name === undefined ? '' : ` for ${name}`;
  recorder.disturb(
    'outage',
    name,
    `the database ${restarts ? 'restarts' : 'is away'}${whom} for ${forMs} ms`,
  );
  if (restarts) database.endSessions();
  database.network.goDown({
    until: clock.now() + forMs,
    ...(name === undefined ? {} : { process: name }),
  });
};
