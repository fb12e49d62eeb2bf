import { BatonError, version } from '@baton/core';
import { createMemoryControlLog } from '@baton/testing';
import { followControlLog, sign, type UnsignedEntry } from '../index';

const registered: UnsignedEntry = {
  kind: 'group-registered',
  group: 'reminders',
  eventType: 'lending.BooksBorrowed',
  defaultVersion: version(1),
  handles: [version(1)],
};
const signature = { by: 'test', reason: 'test' };

describe('following the control log', () => {
  it('comes to the same state in every follower, from the first entry on', async () => {
    const memory = createMemoryControlLog({ now: () => 5 });
    const early = followControlLog({ log: memory.connect() });
    await early.append(sign(registered, signature));
    memory.appendText('{');
    const late = followControlLog({ log: memory.connect() });
    await Promise.all([early.catchUp(), late.catchUp()]);
    expect(late.state()).toEqual(early.state());
    expect(late.state()).toMatchObject({ entries: 2, voids: 1, newest: 5 });
  });

  it('refuses to append what other readers could not read', async () => {
    const memory = createMemoryControlLog({ now: () => 5 });
    const follower = followControlLog({ log: memory.connect() });
    const unreadable = sign({ ...registered, group: '' }, signature);
    await expect(follower.append(unreadable)).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(memory.entries()).toHaveLength(0);
  });

  it('rejects catching up when the log cannot be followed', async () => {
    const log = createMemoryControlLog({ now: () => 5 }).connect();
    const follower = followControlLog({ log: { ...log, follow: () => Promise.reject(new Error('away')) } });
    await expect(follower.catchUp()).rejects.toThrow('away');
  });

  it('hears nothing any more once it is closed', async () => {
    const memory = createMemoryControlLog({ now: () => 5 });
    const follower = followControlLog({ log: memory.connect() });
    await follower.catchUp();
    await follower.close();
    await memory.connect().append(sign(registered, signature));
    expect(follower.state().entries).toBe(0);
  });

  it('follows again once it is needed, if the log could not be followed at first', async () => {
    const memory = createMemoryControlLog({ now: () => 5 });
    memory.appendText('{}');
    const log = memory.connect();
    let away = true;
    const follower = followControlLog({
      log: {
        ...log,
        follow: async (listener) => {
          if (away) throw new BatonError('broker-unavailable', 'away');
          await log.follow(listener);
        },
      },
    });
    await expect(follower.catchUp()).rejects.toMatchObject({ code: 'broker-unavailable' });
    away = false;
    await follower.catchUp();
    expect(follower.state().entries).toBe(1);
    await follower.close();
  });
});
