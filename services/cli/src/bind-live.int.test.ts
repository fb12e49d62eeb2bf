import { codesOf, createStackWorld, eventually } from './test-support/stack-world';

jest.setTimeout(90_000);

const world = createStackWorld();
const { eventType, baton, json } = world;
const [mixed, busy] = [world.group('mixed'), world.group('busy')];
const lease = ['--lease-ms', '6000'];

beforeAll(() => world.prepare());
afterAll(() => world.close());

describe('a binding under load', () => {
  test('is refused to a group of which a member reads only the old version', async () => {
    await world.member(mixed, 'new', [1, 2]);
    await world.member(mixed, 'old', [1]);
    const asked = await json('bind', eventType, '--group', mixed, '--to', '2', '--reason', 'r', ...lease);
    expect({ exit: asked.exit, outcome: asked.document.outcome }).toEqual({ exit: 2, outcome: 'refused' });
    expect(codesOf(asked.document).some((code) => /^version-not-(handled|subscribed)$/.test(code))).toBe(
      true,
    );
    const { stdout } = await baton(
      'bind',
      eventType,
      '--group',
      mixed,
      '--to',
      '2',
      '--reason',
      'r',
      ...lease,
    );
    expect(stdout).toMatch(/old/);
  });

  test('comes about while members join and leave, and goes back and forward again', async () => {
    const publisher = await world.publisher('lending', [1, 2]);
    const first = await world.member(busy, 'busy-1');
    await eventually(() => first.handled[1].length > 0);
    const binding = json('bind', eventType, '--group', busy, '--to', '2', '--reason', 'r', ...lease);
    const second = await world.member(busy, 'busy-2');
    await first.stop();
    const bound = await binding;
    expect({ exit: bound.exit, outcome: bound.document.outcome }).toEqual({ exit: 0, outcome: 'bound' });
    for (const to of ['1', '2']) {
      const again = await json('bind', eventType, '--group', busy, '--to', to, '--reason', 'r', ...lease);
      expect({ exit: again.exit, outcome: again.document.outcome }).toEqual({ exit: 0, outcome: 'bound' });
    }
    const handledAs = (version: 1 | 2) => new Set([...first.handled[version], ...second.handled[version]]);
    await eventually(() => handledAs(2).size > 20, 40_000);
    await publisher.stop();
    const isHandled = (id: string) => handledAs(1).has(id) || handledAs(2).has(id);
    await eventually(() => publisher.published.every(isHandled), 40_000);
    expect([...handledAs(1)].filter((id) => handledAs(2).has(id))).toEqual([]);
  });
});
