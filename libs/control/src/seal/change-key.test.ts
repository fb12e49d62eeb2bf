import { version } from '@baton/core';
import { createMemoryControlLog, type MemoryControlLog, newMigrationPem } from '@baton/testing';
import {
  adoptKey,
  type ControlFollower,
  changeKey,
  followControlLog,
  groupState,
  type MigrationKey,
  type PublicKey,
  readMigrationKey,
  sealedLog,
  sign,
  type UnsignedEntry,
} from '../index';

const group = 'reminders';
const eventType = 'lending.BooksBorrowed';
const why = { by: 'script', reason: 'test' };

const [first, second, third] = [newMigrationPem(), newMigrationPem(), newMigrationPem()];
const old = readMigrationKey(first.secret);
const reader = readMigrationKey(first.open);
const current = readMigrationKey(first.open + second.secret);
const latest = readMigrationKey(first.open + third.secret);

let log: MemoryControlLog;
const followers: ControlFollower[] = [];
beforeEach(async () => {
  log = createMemoryControlLog({ now: () => 1_000 });
  await (await follow(old)).append(sign(registered, why));
  await adoptKey(await follow(old), why);
});
afterEach(() => Promise.all(followers.splice(0).map((one) => one.close())));

const follow = async (key: MigrationKey): Promise<ControlFollower> => {
  const follower = followControlLog({ log: sealedLog(log.connect(), key) });
  followers.push(follower);
  await follower.catchUp();
  return follower;
};

const registered: UnsignedEntry = {
  kind: 'group-registered',
  group,
  eventType,
  defaultVersion: version(1),
  handles: [version(1), version(2)],
};

/** Binds the group as the holder of a key does; answers what readers see of it. */
const bindWith = async (key: MigrationKey): Promise<readonly number[] | undefined> => {
  const holder = await follow(key);
  const proposal = `p-${log.entries().length}`;
  const { revision } = groupState(holder.state(), group, eventType);
  const terms = { version: version(2), since: 9_000, decideBy: 10_000, lead: 100 };
  const proposed = { kind: 'binding-proposed', proposal, group, eventType, ...terms } as const;
  await holder.append(sign({ ...proposed, expectedRevision: revision }, why));
  await holder.append(sign({ kind: 'binding-listed', proposal, members: [] }, why));
  await holder.append(sign({ kind: 'binding-confirmed', proposal }, why));
  return versionsSeen();
};
const versionsSeen = async () =>
  groupState((await follow(reader)).state(), group, eventType).timeline?.map((one) => one.version);
const changeTo = async (next: PublicKey, by: MigrationKey) => changeKey(await follow(by), next, why);
const signerOf = (key: MigrationKey): PublicKey => key.signer ?? key;

describe('a control log that changes its migration key', () => {
  it('lets the new one decide and the old one no more, for readers who know only the first', async () => {
    expect(await changeTo(signerOf(current), old)).toEqual({ outcome: 'changed', from: old.id });
    await expect(bindWith(old)).rejects.toMatchObject({
      code: 'not-authorized',
      message: expect.stringContaining(signerOf(current).id),
    });
    expect(await versionsSeen()).toEqual([1]);
    expect(await bindWith(current)).toEqual([1, 2]);
  });

  it('holds for void what the old key seals after the change, whatever its holder believes', async () => {
    const unaware = sealedLog(log.connect(), old);
    await changeTo(signerOf(current), old);
    await unaware.append(sign({ kind: 'key-changed', key: '' }, why));
    await unaware.append(sign({ kind: 'binding-confirmed', proposal: 'p' }, why));
    const follower = await follow(reader);
    expect(follower.state().voids).toBe(2);
    expect(follower.sealing()).toEqual({ kind: 'sealed', key: signerOf(current).id });
    await unaware.close();
  });

  it('changes as often as needed, and never back', async () => {
    await changeTo(signerOf(current), old);
    await changeTo(signerOf(latest), current);
    expect(await bindWith(latest)).toEqual([1, 2]);
    await expect(changeTo(old, latest)).rejects.toMatchObject({ code: 'log-entry-void' });
    expect(await changeTo(signerOf(latest), latest)).toMatchObject({ outcome: 'already-changed' });
  });

  it('is changed by nobody but the holder of the key', async () => {
    await expect(changeTo(signerOf(current), reader)).rejects.toMatchObject({ code: 'not-authorized' });
    await expect(changeTo(signerOf(current), latest)).rejects.toMatchObject({ code: 'not-authorized' });
    await log.connect().append(sign({ kind: 'key-changed', key: '' }, why));
    const follower = await follow(reader);
    expect(follower.sealing()).toEqual({ kind: 'sealed', key: old.id });
    expect(follower.state().voids).toBe(1);
  });

  it('is the same log for readers with the first key, and closed to those with a later one only', async () => {
    await changeTo(signerOf(current), old);
    expect((await follow(current)).logId).toBe((await follow(reader)).logId);
    await expect(follow(readMigrationKey(second.secret))).rejects.toMatchObject({
      code: 'invalid-configuration',
    });
  });

  it('has a first key: one that was not adopted yet cannot be changed', async () => {
    log = createMemoryControlLog({ now: () => 1_000 });
    await expect(changeTo(signerOf(current), old)).rejects.toMatchObject({
      code: 'invalid-configuration',
      message: expect.stringContaining('baton key adopt'),
    });
    await expect(adoptKey(await follow(current), why)).rejects.toMatchObject({ code: 'not-authorized' });
  });
});

it.each([
  ['two private keys', first.secret + second.secret],
  ['two public keys', first.open + second.open],
  ['the private key first', second.secret + first.open],
  ['three keys', first.open + second.secret + third.open],
])('refuses a file with %s', (_, pem) => {
  expect(() => readMigrationKey(pem)).toThrow(expect.objectContaining({ code: 'invalid-configuration' }));
});
