import { createRestartPolicy } from './restart-policy';

const policyAt = (time: { now: number }) =>
  createRestartPolicy({ elapsed: () => time.now }, { crashes: 3, withinMs: 1_000, awayMs: 5_000 });

describe('the restarts of a membership', () => {
  it('go on however many starts fail while brokers are away, until that lasts too long', () => {
    const time = { now: 0 };
    const policy = policyAt(time);
    policy.joined();
    for (; time.now <= 5_000; time.now += 100) expect(policy.allow()).toBe(true);
    expect(policy.allow()).toBe(false);
  });

  it('end within ten minutes without a broker, and not within four, with the usual limits', () => {
    const time = { now: 0 };
    const policy = createRestartPolicy({ elapsed: () => time.now });
    policy.joined();
    const allowed = [0, 240_000, 600_000].map((at) => {
      time.now = at;
      return policy.allow();
    });
    expect(allowed).toEqual([true, true, false]);
  });

  it('end after too many memberships lost in a short time', () => {
    const time = { now: 0 };
    const policy = policyAt(time);
    const loseAnother = (): boolean => {
      policy.joined();
      time.now += 10;
      return policy.allow();
    };
    expect([loseAnother(), loseAnother(), loseAnother(), loseAnother()]).toEqual([true, true, true, false]);
    time.now += 1_000;
    expect(loseAnother()).toBe(true);
  });

  it('are allowed to a member that was long at work', () => {
    const time = { now: 0 };
    const policy = policyAt(time);
    policy.joined();
    time.now = 3_600_000;
    expect(policy.allow()).toBe(true);
  });
});
