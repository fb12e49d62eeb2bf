import type { LoggedEntry } from '@baton/control';
import { createMemoryControlLog, createMemoryPresenceStore } from './control-log';

const setUp = () => {
  const time = { now: 10 };
  const memory = createMemoryControlLog({ now: () => time.now });
  return { time, memory };
};

describe('the control log in memory', () => {
  it('delivers every entry from the first one on, in order, to every client', async () => {
    const { time, memory } = setUp();
    const writer = memory.connect();
    expect(await writer.append({ n: 1 })).toEqual({ offset: 0, at: 10 });
    const seen: LoggedEntry[] = [];
    const reader = memory.connect();
    await reader.follow((entry) => seen.push(entry));
    time.now = 12;
    await writer.append({ n: 2 });
    memory.appendText('{');
    await reader.catchUp();
    expect(seen).toEqual([
      { offset: 0, at: 10, value: { n: 1 } },
      { offset: 1, at: 12, value: { n: 2 } },
      { offset: 2, at: 12, value: undefined },
    ]);
    expect(memory.entries()).toEqual(seen);
  });

  it('keeps what JSON keeps, and log-append times that never run backwards', async () => {
    const { time, memory } = setUp();
    const log = memory.connect();
    await log.append({ gone: undefined, kept: 1 });
    time.now = 5;
    expect(await log.append({})).toEqual({ offset: 1, at: 10 });
    expect(memory.entries()[0]?.value).toStrictEqual({ kept: 1 });
  });

  it('is followed once, and is silent after it was closed', async () => {
    const { memory } = setUp();
    const log = memory.connect();
    const seen: LoggedEntry[] = [];
    await log.follow((entry) => seen.push(entry));
    await expect(log.follow(() => {})).rejects.toMatchObject({ code: 'invalid-argument' });
    await log.close();
    await memory.connect().append({});
    await log.catchUp();
    expect(seen).toEqual([]);
  });
});

describe('the presence store in memory', () => {
  it('has the newest value of every instance, with its time', async () => {
    let now = 1;
    const store = createMemoryPresenceStore({ now: () => now });
    await store.put('a', { n: 1 });
    await store.put('b', { n: 1 });
    now = 2;
    await store.put('a', { n: 2 });
    await store.remove('b');
    expect([...(await store.all())]).toEqual([['a', { at: 2, value: { n: 2 } }]]);
  });
});
