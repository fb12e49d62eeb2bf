import { generateKeyPairSync } from 'node:crypto';
import { version } from '@baton/core';
import { createMemoryControlLog, type MemoryControlLog, newMigrationPem } from '@baton/testing';
import {
  adoptKey,
  type ControlFollower,
  followControlLog,
  groupState,
  type MigrationKey,
  readMigrationKey,
  sealedLog,
  sign,
  type UnsignedEntry,
  unsealedLog,
} from '../index';

const group = 'reminders';
const eventType = 'lending.BooksBorrowed';

const pem = newMigrationPem();
const script = readMigrationKey(pem.secret);
const reader = readMigrationKey(pem.open);

let now = 1_000;
let log: MemoryControlLog;
const followers: ControlFollower[] = [];
beforeEach(() => {
  now = 1_000;
  log = createMemoryControlLog({ now: () => now });
});
afterEach(() => Promise.all(followers.splice(0).map((one) => one.close())));

const follow = (key?: MigrationKey): ControlFollower => {
  const connected = log.connect();
  const follower = followControlLog({ log: key === undefined ? connected : sealedLog(connected, key) });
  followers.push(follower);
  return follower;
};

const registered: UnsignedEntry = {
  kind: 'group-registered',
  group,
  eventType,
  defaultVersion: version(1),
  handles: [version(1), version(2)],
};
const proposed = (since = 9_000): UnsignedEntry => ({
  kind: 'binding-proposed',
  proposal: 'p1',
  group,
  eventType,
  version: version(2),
  since,
  decideBy: since + 1_000,
  lead: 100,
  expectedRevision: 1,
});
const listed: UnsignedEntry = { kind: 'binding-listed', proposal: 'p1', members: [] };
const confirmed: UnsignedEntry = { kind: 'binding-confirmed', proposal: 'p1' };
const withdrawn: UnsignedEntry = { kind: 'binding-withdrawn', proposal: 'p1', because: 'test' };
const announced: UnsignedEntry = {
  kind: 'announced',
  eventType,
  from: version(1),
  to: version(2),
  deadline: 100_000,
  expectedRevision: 0,
};

const append = async (by: ControlFollower, ...entries: readonly UnsignedEntry[]): Promise<void> => {
  for (const entry of entries) await by.append(sign(entry, { by: 'anybody', reason: 'test' }));
};
const vetoed = (until: number): UnsignedEntry => ({
  kind: 'vetoed',
  eventType,
  version: version(1),
  group,
  until,
});
const seenBy = async (follower: ControlFollower) => {
  await follower.catchUp();
  return groupState(follower.state(), group, eventType);
};
const versionsOf = async (follower: ControlFollower) =>
  (await seenBy(follower)).timeline?.map((segment) => segment.version);
const lastVerdict = async (follower: ControlFollower) => (await seenBy(follower)).history.at(-1)?.verdict;

it('lets the holder of the private key bind, and every reader see it', async () => {
  await append(follow(reader), registered);
  await append(follow(script), proposed(), listed, confirmed);
  expect(await versionsOf(follow(reader))).toEqual([1, 2]);
});

it('lets nobody else bind or announce, whatever he may write into the log', async () => {
  const stranger = newMigrationPem();
  expect(await adoptKey(follow(script), { by: 'script', reason: 'from now on' })).toBe('adopted');
  for (const writer of [follow(), follow(), follow(readMigrationKey(stranger.secret))])
    await append(writer, registered, proposed(), listed, confirmed, announced);
  const follower = follow(reader);
  expect(await versionsOf(follower)).toEqual([1]);
  expect(follower.state().eventTypes.get(eventType)?.deprecations.size).toBe(0);
  expect(follower.state().voids).toBe(14);
});

it('takes no sealed entry twice, no changed one, and none of another log', async () => {
  await append(follow(reader), registered);
  const holder = follow(script);
  await append(holder, proposed());
  const original = log.entries().at(-1)?.value as object;
  now = 11_000;
  await append(follow(), withdrawn);
  log.appendText(JSON.stringify(original));
  expect(await lastVerdict(follow(reader))).toEqual({
    kind: 'void',
    because: expect.stringContaining('copy'),
  });

  log.appendText(JSON.stringify({ ...original, since: 50_000 }));
  expect(await lastVerdict(follow(reader))).toEqual({
    kind: 'void',
    because: expect.stringContaining('does not hold'),
  });

  const other = createMemoryControlLog({ id: 'other', now: () => now });
  const elsewhere = followControlLog({ log: sealedLog(other.connect(), script) });
  followers.push(elsewhere);
  await append(elsewhere, proposed(60_000));
  log.appendText(JSON.stringify(other.entries().at(-1)?.value));
  expect(await lastVerdict(follow(reader))).toEqual({
    kind: 'void',
    because: expect.stringContaining('does not hold'),
  });
});

it('lets anybody withdraw what nobody decided in time, and nobody before', async () => {
  await append(follow(reader), registered);
  await append(follow(script), proposed());
  await append(follow(), withdrawn);
  expect((await seenBy(follow(reader))).open?.id).toBe('p1');
  now = 10_001;
  await append(follow(), withdrawn);
  expect((await seenBy(follow(reader))).open).toBeUndefined();
});

it('lets nobody else end a veto earlier than it was raised for', async () => {
  await append(follow(reader), registered, vetoed(50_000));
  await append(follow(script), announced);
  await append(follow(reader), vetoed(50_000));
  await append(follow(), vetoed(1_001), vetoed(60_000));
  const follower = follow(reader);
  await follower.catchUp();
  const deprecation = follower.state().eventTypes.get(eventType)?.deprecations.get(version(1));
  expect(deprecation?.vetoes.get(group)?.until).toBe(60_000);
});

it('tells who has only the public key that it cannot decide, and who has none that it cannot read', async () => {
  await append(follow(reader), registered);
  await expect(append(follow(reader), proposed())).rejects.toMatchObject({ code: 'not-authorized' });
  await append(follow(script), proposed());
  const keyless = followControlLog({ log: unsealedLog(log.connect()) });
  followers.push(keyless);
  await expect(keyless.catchUp()).rejects.toMatchObject({ code: 'invalid-configuration' });
});

it('keeps what was decided before the key was adopted, whoever reads, and asks for a seal from then on', async () => {
  await append(follow(), registered, proposed(), listed, confirmed);
  const early = follow(reader);
  expect(await versionsOf(early)).toEqual([1, 2]);
  expect(await adoptKey(follow(script), { by: 'script', reason: 'from now on' })).toBe('adopted');
  await append(follow(), { ...proposed(20_000), proposal: 'p2', expectedRevision: 4 } as UnsignedEntry);
  for (const follower of [early, follow(reader)]) {
    expect(await versionsOf(follower)).toEqual([1, 2]);
    expect(await lastVerdict(follower)).toMatchObject({ kind: 'void' });
    expect(follower.sealing()).toEqual({ kind: 'sealed', key: reader.id });
  }
  expect(await adoptKey(follow(script), { by: 'script', reason: 'once more' })).toBe('already-adopted');
});

it('asks for a seal from its first decision on, where nobody adopted it', async () => {
  await append(follow(reader), registered);
  await append(follow(script), proposed(), listed, confirmed);
  await append(follow(), { ...proposed(20_000), proposal: 'p2', expectedRevision: 4 } as UnsignedEntry);
  const follower = follow(reader);
  expect(await versionsOf(follower)).toEqual([1, 2]);
  expect(await lastVerdict(follower)).toMatchObject({ kind: 'void' });
});

it('refuses a log that another key sealed before, and lets only the private key be adopted', async () => {
  const log = { by: 'anybody', reason: 'test' };
  await expect(adoptKey(follow(reader), log)).rejects.toMatchObject({ code: 'not-authorized' });
  await expect(adoptKey(follow(), log)).rejects.toMatchObject({ code: 'invalid-configuration' });
  await adoptKey(follow(readMigrationKey(newMigrationPem().secret)), log);
  await expect(follow(script).catchUp()).rejects.toMatchObject({ code: 'invalid-configuration' });
});

it('tells readers with different keys apart', () => {
  const ids = [undefined, reader, readMigrationKey(newMigrationPem().open)].map((key) => follow(key).logId);
  expect(new Set(ids).size).toBe(3);
  expect(follow(script).logId).toBe(follow(reader).logId);
});

it.each([
  ['a key of another kind', generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey],
  ['no key at all', 'canary'],
])('refuses %s, and does not repeat it', (_, key) => {
  const text = typeof key === 'string' ? key : key.export({ type: 'spki', format: 'pem' }).toString();
  expect(() => readMigrationKey(text)).toThrow(
    expect.objectContaining({
      code: 'invalid-configuration',
      message: expect.not.stringContaining('canary'),
    }),
  );
});
