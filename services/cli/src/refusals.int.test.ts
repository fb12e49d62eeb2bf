import { codesOf, createStackWorld, eventually } from './test-support/stack-world';

jest.setTimeout(90_000);

const world = createStackWorld();
const { eventType, baton, json } = world;
const [stock, silent] = [world.group('stock'), world.group('silent')];
const at = (millis: number) => new Date(Date.now() + millis).toISOString();
const canStop = (...more: readonly string[]) =>
  json('can', 'stop', eventType, '--version', '1', '--observe-ms', '200', ...more);

/** Under way while the other tests run: it waits for an answer that never comes. */
let binding: ReturnType<typeof json>;

beforeAll(async () => {
  await world.prepare();
  await world.register(silent);
  await Promise.all([
    world.publisher(`only-${world.suffix}`, [1]),
    world.silentMember(silent),
    world.silentMember(stock),
  ]);
  const lease = ['--lease-ms', '100'];
  binding = json('bind', eventType, '--group', silent, '--to', '2', '--reason', 'silent', ...lease);
  binding.catch(() => {});
});
afterAll(() => world.close());

describe('an announcement is refused', () => {
  const announce = (...args: readonly string[]) => baton('announce', eventType, '--reason', 'r', ...args);

  test.each([
    [
      'with a deadline in the past',
      ['--to', '2', '--deadline', at(-60_000)],
      /deadline-over.*Give the subscribers time/,
    ],
    [
      'in favour of itself',
      ['--to', '1', '--deadline', at(60_000)],
      /successor-unfit.*cannot succeed itself/,
    ],
  ])('%s', async (_, args, says) => {
    const { exit, stdout } = await announce('--from', '1', ...args);
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: expect.stringMatching(says) });
  });

  test('to a version that the contract does not have', async () => {
    const { exit, stdout, stderr } = await announce('--from', '1', '--to', '3', '--deadline', at(60_000));
    expect({ exit, stdout }).toEqual({ exit: 64, stdout: '' });
    expect(stderr).toMatch(/which has 1, 2, got 3/);
  });

  test('where another one is made already; the time for vetoes is kept to', async () => {
    const vetoUntil = at(6_000);
    const given = ['--from', '1', '--to', '2', '--deadline', at(3_600_000), '--veto-until', vetoUntil];
    expect((await announce(...given)).exit).toBe(0);
    const other = await announce(...given.slice(0, -1), at(60_000));
    expect({ ...other, stderr: '' }).toEqual({
      exit: 1,
      stdout: expect.stringMatching(/announced-otherwise.*Only its deadline can change/),
      stderr: '',
    });
    await eventually(() => Date.now() > Date.parse(vetoUntil) + 200);
    const late = await baton('veto', eventType, '--group', stock, '--until', at(60_000), '--reason', 'r');
    expect(late.exit).toBe(1);
    expect(late.stdout).toMatch(/veto-too-late.*Ask its owner for a later deadline/);
  });
});

describe('to stop a version is refused', () => {
  test('while a group that nobody registered reads it, and a publisher writes nothing else', async () => {
    const { exit, document } = await canStop('--without-outbox');
    expect(exit).toBe(2);
    expect(codesOf(document)).toEqual(
      expect.arrayContaining([
        ...['deadline-ahead', 'veto-by-evidence', 'group-not-bound', 'member-without-library'],
        'publisher-of-this-version-only',
      ]),
    );
    const text = document.because.map((one: { text: string }) => one.text).join('\n');
    expect(text).toMatch(
      new RegExp(`Group "${stock}" reads v1 and is not registered: that counts as a veto`),
    );
    expect(text).toMatch(/Publisher "only-.*" writes v1 only. Upgrade it/);
  });

  test('without saying who stops, or with what is for the other', async () => {
    const retire = (...more: readonly string[]) => baton('retire', eventType, '--version', '1', ...more);
    for (const [args, says] of [
      [[], /Expected either --publisher or --subscriber/],
      [['--subscriber'], /Expected --group with --subscriber/],
      [['--publisher', '--early'], /--group and --early are for --subscriber/],
    ] as const) {
      const { exit, stdout, stderr } = await retire(...args);
      expect({ exit, stdout, stderr }).toEqual({ exit: 64, stdout: '', stderr: expect.stringMatching(says) });
    }
  });
});

describe('a binding is refused', () => {
  test('to a group that nobody registered', async () => {
    const { exit, document } = await json('bind', eventType, '--group', stock, '--to', '2');
    expect({ exit, outcome: document.outcome, codes: codesOf(document) }).toEqual({
      exit: 2,
      outcome: 'refused',
      codes: ['group-not-registered'],
    });
  });

  test('is unknown beforehand, and withdrawn at last, where a member says nothing', async () => {
    const { exit, document } = await binding;
    expect({ exit, outcome: document.outcome }).toEqual({ exit: 2, outcome: 'withdrawn' });
    expect(document.attempts.length).toBeGreaterThan(0);
    for (const attempt of document.attempts) {
      expect(attempt).toMatchObject({
        outcome: 'withdrawn',
        because: expect.stringMatching(/Expected an answer from .*, got none. Look at these members/),
        answers: [],
      });
    }
    expect(document.timeline.map(({ version }: { version: number }) => version)).toEqual([1]);
    const asked = await json('can', 'bind', eventType, '--group', silent, '--to', '2');
    expect(asked.exit).toBe(2);
    expect(codesOf(asked.document)).toContain('member-without-library');
  });
});
