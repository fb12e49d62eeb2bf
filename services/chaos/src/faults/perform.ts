import type { Action } from '../plan/actions';
import type { Outcome } from '../stage/fault-log';
import type { Stage } from '../stage/stage';
import { accident } from './accidents';
import { bind } from './bind';
import { setClock } from './clocks';
import { fillDisk, killBroker, killLeader, pauseBroker } from './cluster-faults';
import { killDatabase, killInbox, killRelay, pauseAtPoint } from './edge-faults';
import { malform } from './malformed';
import { disturbNetwork, dropResponses, shutRegistry } from './network';
import { abortOverlapping, hang } from './transactions';
import { killConsumer, killPublisher, pauseWorker, storm } from './worker-faults';

/** Does one thing to the system, and resolves once it is healed. Never rejects: what fails is written down. */
export const perform = (action: Action, stage: Stage): Promise<Outcome> => {
  switch (action.do) {
    case 'kill-consumer':
      return killConsumer(action, stage);
    case 'kill-publisher':
      return killPublisher(action, stage);
    case 'kill-relay':
      return killRelay(action, stage);
    case 'kill-inbox':
      return killInbox(action, stage);
    case 'pause-relay':
    case 'pause-inbox':
      return pauseAtPoint(action, stage);
    case 'kill-database':
      return killDatabase(stage);
    case 'pause-consumer':
    case 'pause-publisher':
      return pauseWorker(action, stage);
    case 'kill-broker':
      return killBroker(action, stage);
    case 'kill-leader':
      return killLeader(action, stage);
    case 'pause-broker':
      return pauseBroker(action, stage);
    case 'network':
      return disturbNetwork(action, stage);
    case 'drop-responses':
      return dropResponses(action, stage);
    case 'registry-outage':
      return shutRegistry(action, stage);
    case 'storm':
      return storm(action, stage);
    case 'clock':
      return setClock(action, stage);
    case 'abort':
      return abortOverlapping(action, stage);
    case 'hang':
      return hang(action, stage);
    case 'malform':
      return malform(action, stage);
    case 'disk-full':
      return fillDisk(stage);
    case 'accident':
      return accident(action, stage);
    case 'bind':
      return bind(action, stage);
  }
};
