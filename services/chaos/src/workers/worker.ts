import { createKafkaPorts, type KafkaPorts } from '@baton/kafka';
import type { Logger } from '@baton/messaging';
import { createLifecycle, createLogger, type Lifecycle } from '@baton/service-kit';
import { type HistoryWriter, openHistory } from '../history/history-file';
import { type Answer, type Command, followCommands } from './commands';
import { holdingsNow } from './holdings';
import { createPoints, killItself, type Point, type Points, stopItself } from './points';
import type { WorkerSettings } from './settings';
import { createWorkerClock, type WorkerClock } from './worker-clock';

/** What every worker has, whatever it does. */
export interface Worker {
  readonly history: HistoryWriter;
  readonly points: Points;
  readonly clock: WorkerClock;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
  readonly kafka: KafkaPorts;
}

const sampleEveryMs = 2_000;

/** Puts history, points, clock, life cycle and ports of one worker together. */
export const openWorker = (settings: WorkerSettings): Worker => {
  const { instance, role, armed } = settings;
  const history = openHistory(settings.history);
  history.write({ kind: 'started', role, instance, pid: process.pid });
  const points = createPoints({ die: killItself, standStill: stopItself, history });
  if (armed !== undefined) points.arm(armed as Point);
  const clock = createWorkerClock(settings.clockOffsetMs);
  const logger = createLogger({ name: role, instance, level: 'info' });
  const lifecycle = createLifecycle({ process, logger });
  const kafka = createKafkaPorts({
    brokers: settings.brokers,
    clientId: instance,
    registryUrl: settings.registry,
    controlTopic: settings.controlTopic,
    presenceTopic: settings.presenceTopic,
    logger,
    clock,
  });
  lifecycle.onStop('kafka', kafka.close);
  return { history, points, clock, logger, lifecycle, kafka };
};

/** Writes down what the process holds, from now on. */
export const sampleHoldings = ({ history, lifecycle }: Pick<Worker, 'history' | 'lifecycle'>): void => {
  const timer = setInterval(() => history.write({ kind: 'holdings', ...holdingsNow() }), sampleEveryMs);
  timer.unref();
  lifecycle.onStop('samples', () => clearInterval(timer));
};

/** Carries out what every worker can be told, and gives `others` what this one alone can do. */
export const followOrders = (
  { points, clock, history }: Pick<Worker, 'points' | 'clock' | 'history'>,
  others: (command: Command) => Promise<void> | void = () => {},
): ((answer: Answer) => void) =>
  followCommands(process, (command) => {
    switch (command.do) {
      case 'arm':
        return points.arm(command.point, command.how);
      case 'disarm':
        return points.disarm();
      case 'set-clock':
        history.write({ kind: 'clock-set', offsetMs: command.offsetMs });
        return clock.set(command.offsetMs);
      default:
        return others(command);
    }
  });
