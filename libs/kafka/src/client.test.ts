import { silentLogger } from '@baton/messaging';
import { createClientFactory } from './client';
import { createKafkaPorts } from './connection';
import { createRestartPolicy } from './restart-policy';

describe('the client configuration', () => {
  it('refuses TLS that verifies nobody, and an empty list of brokers', () => {
    const options = { brokers: ['b:9092'], clientId: 'c' };
    for (const bad of [
      { ...options, ssl: { rejectUnauthorized: false } },
      { ...options, brokers: [] },
    ]) {
      expect(() => createClientFactory(bad, silentLogger)).toThrow(
        expect.objectContaining({ code: 'invalid-configuration' }),
      );
    }
    expect(() => createClientFactory({ ...options, ssl: true }, silentLogger)).not.toThrow();
  });

  it('names a missing registry when one is asked for', () => {
    const ports = createKafkaPorts({ brokers: ['b:9092'], clientId: 'c', logger: silentLogger });
    expect(() => ports.registry()).toThrow(expect.objectContaining({ code: 'invalid-configuration' }));
  });
});

describe('the restart policy', () => {
  const clockAt = (time: { now: number }) => ({ now: () => time.now, after: () => () => {} });

  it('gives up after many crashes in a short time, and forgets old ones', () => {
    const time = { now: 0 };
    const policy = createRestartPolicy(clockAt(time), { crashes: 2, withinMs: 100, awayMs: 10_000 });
    expect([policy.allow(), policy.allow(), policy.allow()]).toEqual([true, true, false]);
    time.now = 1_000;
    expect(policy.allow()).toBe(true);
  });

  it('gives up when no membership came for long', () => {
    const time = { now: 0 };
    const policy = createRestartPolicy(clockAt(time), { crashes: 2, withinMs: 100, awayMs: 1_000 });
    time.now = 900;
    policy.joined();
    time.now = 1_800;
    expect(policy.allow()).toBe(true);
    time.now = 2_000;
    expect(policy.allow()).toBe(false);
  });
});
