import type * as Core from '@baton/core';
import { createKafkaPorts } from '@baton/kafka';
import { silentLogger } from '@baton/messaging';
import { eventsPerStage, runScenario } from './scenario';

/** The rule as it must not be: what is to be processed is skipped, and the other way round. */
jest.mock('@baton/core', () => {
  const core = jest.requireActual<typeof Core>('@baton/core');
  const decide: typeof core.decide = (own, facts) =>
    core.decide(own, facts).kind === 'process'
      ? { kind: 'skip', responsible: own }
      : { kind: 'process', because: 'named' };
  return { ...core, decide };
});

describe('the audit of a small changeover with the rule inverted', () => {
  it('reports every event that was published in one version only as lost', async () => {
    const kafka = createKafkaPorts({
      brokers: (process.env.KAFKA_BROKERS ?? '').split(','),
      clientId: 'inverted-rule',
      logger: silentLogger,
    });
    try {
      const figures = await runScenario(kafka);
      expect(figures).toMatchObject({ published: 4 * eventsPerStage, torn: 0 });
      expect(figures.groups.reminders).toMatchObject({
        lost: 2 * eventsPerStage,
        unpublished: 0,
        doubled: 0,
      });
    } finally {
      await kafka.close();
    }
  }, 60_000);
});
