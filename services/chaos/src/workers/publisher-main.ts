import { delay } from '@baton/messaging';
import { createRandom } from '../random';
import { type Line, openOutboxLine, openTwinLine } from './lines';
import { parseSettings, publisherSettings, settingsVariable } from './settings';
import { followOrders, openWorker, sampleHoldings } from './worker';

const settings = parseSettings(publisherSettings, process.env[settingsVariable]);
const worker = openWorker(settings);
const { history, clock, lifecycle } = worker;
const random = createRandom(settings.seed);
const startedAt = clock.now();

/** How many events a line may have under way before it leaves some out, as a service would under load. */
const mostUnderWay = 400;
const burstEveryMs = 250;

/** The share of transactions of the database that end without effect. */
const regretted = 0.08;

const openLine = (line: (typeof settings.lines)[number]): Promise<Line> => {
  const deps = { worker, startedAt };
  return line.through === 'outbox'
    ? openOutboxLine(line, settings, deps)
    : openTwinLine(line, settings, deps);
};

let lines: readonly Line[] = [];
let state: 'speaking' | 'hushed' = settings.silent ? 'hushed' : 'speaking';
let called = 0;
let underWay = 0;

const publishOne = (line: Line): void => {
  if (line.pending() >= mostUnderWay) return;
  const eventType = random.pick(line.eventTypes);
  called += 1;
  const note = `${settings.instance}/${settings.incarnation}/${called}`;
  const key = `key-${random.between(1, settings.keys)}`;
  const end = random.next() < regretted ? 'roll-back' : 'commit';
  history.write({ kind: 'publish-called', eventType: eventType.name, key, note });
  underWay += 1;
  void line
    .publish({ eventType, key, data: { note, cents: called * 100, currency: 'EUR' }, end })
    .finally(() => {
      underWay -= 1;
    });
};

/** Open loop: what is due is published whatever became of the rest. */
const burst = (): void => {
  if (state === 'hushed') return;
  const due = (settings.rate * burstEveryMs) / 1000;
  const count = Math.floor(due) + (random.next() < due % 1 ? 1 : 0);
  for (let i = 0; i < count; i += 1) publishOne(random.pick(lines));
};

const hush = async (): Promise<void> => {
  state = 'hushed';
  while (underWay > 0) await delay(clock, 50);
};

const say = followOrders(worker, async (command) => {
  if (command.do === 'hush') await hush();
  else if (command.do === 'speak') state = 'speaking';
});

void lifecycle.start(async () => {
  sampleHoldings(worker);
  lines = await Promise.all(settings.lines.map(openLine));
  const timer = setInterval(burst, burstEveryMs);
  lifecycle.onStop('load', () => clearInterval(timer));
  history.write({ kind: 'ready' });
  say({ say: 'ready' });
});
