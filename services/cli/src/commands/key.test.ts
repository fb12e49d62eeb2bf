import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createManualClock,
  createMemoryControlLog,
  createMemoryPresenceStore,
  newMigrationPem,
} from '@baton/testing';
import { brokerWith } from '../test-support/memory-broker';
import { runInProcess } from '../test-support/world';

describe('the migration key, without a broker', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-key-'));
    for (const name of ['first', 'second']) {
      const { secret, open } = newMigrationPem();
      writeFileSync(join(folder, `${name}.pem`), secret);
      writeFileSync(join(folder, `${name}.pub.pem`), open);
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const world = () => {
    const clock = createManualClock(Date.parse('2026-12-01T00:00:00Z'));
    const log = createMemoryControlLog({ now: clock.now });
    const broker = brokerWith({
      controlLog: async () => log.connect(),
      presence: () => createMemoryPresenceStore({ now: clock.now }),
    });
    const baton = (key: string, ...argv: readonly string[]) =>
      clock.runUntilSettled(
        runInProcess(argv, {
          ...{ cwd: folder, clock, createBroker: () => broker },
          env: { MIGRATION_KEY_FILE: join(folder, key), KAFKA_BROKERS: '127.0.0.1:1' },
        }),
      );
    return { baton, log };
  };
  const change = ['key', 'change', '--reason', 'lost', '--to'] as const;

  it('is adopted and changed; the first private key then decides no more', async () => {
    const { baton } = world();
    expect(await baton('first.pem', 'key', 'adopt', '--reason', 'test')).toMatchObject({ exit: 0 });
    const changed = await baton('first.pem', ...change, 'second.pem', '-o', 'json');
    expect(changed).toMatchObject({ exit: 0 });
    const { outcome, from, to } = JSON.parse(changed.data);
    expect(outcome).toBe('changed');
    const again = await baton('first.pem', ...change, 'second.pem');
    expect(again.data).toContain(`already-changed the migration key is ${to}`);
    expect(from).not.toBe(to);
    const back = await baton('first.pem', ...change, 'first.pem');
    expect(back.exit).not.toBe(0);
    expect(back.notes).toContain(`Expected the private migration key ${to}`);
  });

  it('is changed to a private key only, and by a private key only', async () => {
    const { baton, log } = world();
    await baton('first.pem', 'key', 'adopt', '--reason', 'test');
    const entries = log.entries().length;
    expect((await baton('first.pem', ...change, 'second.pub.pem')).notes).toContain('Give the private one');
    expect((await baton('first.pub.pem', ...change, 'second.pem')).notes).toContain('which only reads');
    expect((await baton('first.pem', ...change, 'missing.pem')).notes).toContain('missing.pem');
    expect(log.entries()).toHaveLength(entries);
  });
});
