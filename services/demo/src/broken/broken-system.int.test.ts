import { createKafkaPorts, type KafkaPorts } from '@baton/kafka';
import { silentLogger } from '@baton/messaging';
import { findings } from '../audit/audit';
import { holdRemoved, stockAbortedReads, twinDropped } from './sabotage';
import { eventsPerStage, runScenario } from './scenario';

const clean = { lost: 0, doubled: 0, redelivered: 0, outOfOrder: 0, unpublished: 0 };
let kafka: KafkaPorts;

beforeAll(() => {
  kafka = createKafkaPorts({
    brokers: (process.env.KAFKA_BROKERS ?? '').split(','),
    clientId: 'broken-system',
    logger: silentLogger,
  });
});
afterAll(() => kafka.close());

describe('the audit of a small changeover', () => {
  it('is clean where nothing is broken', async () => {
    const figures = await runScenario(kafka);
    expect(findings(figures)).toEqual([]);
    expect(figures).toEqual({
      published: 4 * eventsPerStage,
      unacknowledged: 0,
      torn: 0,
      unequalTwins: 0,
      groups: { reminders: { ...clean, handled: { '1': 2 * eventsPerStage, '2': 2 * eventsPerStage } } },
    });
  }, 60_000);

  it('reports order broken at the cut where the hold is removed, and nothing else', async () => {
    const figures = await runScenario(kafka, holdRemoved);
    const { outOfOrder, ...rest } = { ...figures.groups.reminders };
    expect(outOfOrder).toBeGreaterThan(0);
    expect({ ...rest, outOfOrder: 0 }).toMatchObject(clean);
    expect(figures.torn).toBe(0);
  }, 60_000);

  it('reports every event whose twin was dropped as torn, and as lost where the dropped twin counted', async () => {
    const figures = await runScenario(kafka, twinDropped(7));
    expect(figures.torn).toBe(7);
    expect(figures.groups.reminders).toMatchObject({ ...clean, lost: 7 });
  }, 60_000);

  it('reports aborted events that the stock filter lets through as unpublished, and nothing else', async () => {
    const figures = await runScenario(kafka, stockAbortedReads);
    const { unpublished, ...rest } = { ...figures.groups.reminders };
    expect(unpublished).toBeGreaterThan(0);
    expect({ ...rest, unpublished: 0 }).toMatchObject(clean);
    expect(figures.torn).toBe(0);
  }, 60_000);
});
