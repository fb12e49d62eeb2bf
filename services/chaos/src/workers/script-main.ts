import { randomUUID } from 'node:crypto';
import { bindGroup, followControlLog } from '@baton/control';
import { version } from '@baton/core';
import { parseSettings, scriptSettings, settingsVariable, timings } from './settings';
import { watchLog } from './watch-bindings';
import { openWorker } from './worker';

const settings = parseSettings(scriptSettings, process.env[settingsVariable]);
const { history, points, clock, lifecycle, kafka } = openWorker(settings);

const exits = { done: 0, failed: 1, pending: 2 } as const;

/** The configuration script: what `baton bind` does, with points at which it can be killed. */
const main = async (): Promise<number> => {
  const log = watchLog(await kafka.controlLog(), points, history);
  const follower = followControlLog({ log });
  const presence = kafka.presence();
  try {
    const { kind, because, attempts } = await bindGroup(
      { groups: kafka.groupReader, offsets: kafka.logOffsets, presence, follower, clock, newId: randomUUID },
      { group: settings.group, eventType: settings.eventType, version: version(settings.version) },
      {
        by: settings.instance,
        reason: 'chaos',
        versions: [version(1), version(2)],
        timings,
        attempts: settings.attempts,
      },
    );
    const text = [...because.map(({ text }) => text), ...attempts.map((one) => one.because)].join(' ');
    history.write({ kind: 'script-ended', result: kind, because: text });
    return kind === 'bound' || kind === 'already-bound' ? exits.done : exits.pending;
  } finally {
    await Promise.allSettled([follower.close(), presence.close(), kafka.close()]);
  }
};

void lifecycle.start(async () => {
  let code: number = exits.failed;
  try {
    code = await main();
  } catch (error) {
    history.write({ kind: 'script-ended', result: 'failed', because: String(error) });
  }
  process.exit(code);
});
