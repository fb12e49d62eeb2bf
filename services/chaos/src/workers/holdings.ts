import { readdirSync, readlinkSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Holdings } from '../history/lines';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * What this process holds now, without garbage: a heap that nobody asks to shrink grows by 100 MB of it. Descriptors and
 * sockets are those of `/proc`; where there is none they are 0.
 */
export const holdingsNow = (): Holdings => {
  collectGarbage();
  const { rss, heapUsed: heap } = process.memoryUsage();
  const descriptors = openDescriptors();
  return {
    rss,
    heap,
    descriptors: descriptors.length,
    sockets: descriptors.filter((target) => target.startsWith('socket:')).length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    resources: process.getActiveResourcesInfo().length,
  };
};

const openDescriptors = (): readonly string[] => {
  try {
    return readdirSync('/proc/self/fd').map(target);
  } catch {
    return [];
  }
};

const target = (descriptor: string): string => {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return '';
  }
};
