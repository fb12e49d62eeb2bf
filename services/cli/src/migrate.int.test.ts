import { createStackWorld, eventually } from './test-support/stack-world';

jest.setTimeout(110_000);

const world = createStackWorld();
const { eventType, baton, json } = world;
const [live, stopped] = [world.group('live'), world.group('stopped')];
const file = 'thing-2.yaml';
const flags = ['--lease-ms', '6000', '--observe-ms', '200', '--without-outbox', '--without-dead-letters'];
const migrate = (verb: 'plan' | 'apply' | 'status', ...more: readonly string[]) =>
  json('migrate', verb, file, ...flags, ...more);

interface Step {
  readonly id: string;
  readonly status: string;
}
const statuses = ({ steps }: { readonly steps: readonly Step[] }) =>
  Object.fromEntries(steps.map(({ id, status }) => [id, status]));

const declare = (deadline: number): void => {
  const text = [
    'schemaVersion: 1',
    `type: ${eventType}`,
    'from: 1',
    'to: 2',
    `deadline: ${new Date(deadline).toISOString()}`,
    'reason: changedBy goes',
    'groups:',
    `  - group: ${live}`,
    `  - { group: ${stopped}, bind: stopped }`,
    '',
  ];
  world.write(file, text.join('\n'));
};

type Member = Awaited<ReturnType<typeof world.member>>;
let publisher: Awaited<ReturnType<typeof world.publisher>>;
let liveMember: Member;
let stoppedMember: Member;
let stoppedAgain: Member;

beforeAll(async () => {
  await world.prepare();
  publisher = await world.publisher(`lending-${world.suffix}`);
  [liveMember, stoppedMember] = await Promise.all([
    world.member(live, `${live}-1`),
    world.member(stopped, `${stopped}-1`),
  ]);
  await eventually(() => liveMember.handled[1].length > 40 && stoppedMember.handled[1].length > 40);
  declare(Date.now() + 30_000);
});
afterAll(() => world.close());

test('a plan says what would be done, and does nothing', async () => {
  const { exit, document } = await migrate('plan');
  expect(exit).toBe(0);
  expect(statuses(document)).toEqual({
    announce: 'ready',
    [`bind ${live}`]: 'ready',
    [`bind ${stopped}`]: 'blocked',
    'retire publisher': 'blocked',
    [`retire ${live}`]: 'blocked',
    [`retire ${stopped}`]: 'blocked',
  });
  const { document: log } = await json('log', eventType);
  expect(log.entries.map(({ kind }: { kind: string }) => kind)).not.toContain('announced');
});

test('a plan is not executed once the world has moved', async () => {
  const { document: plan } = await migrate('plan');
  world.write('plan.json', JSON.stringify(plan));
  const { eventType: type, file: declared } = { eventType, file: plan.file };
  const deadline = new Date(declared.deadline).toISOString();
  await baton('announce', type, '--from', '1', '--to', '2', '--deadline', deadline, '--reason', 'by hand');
  const { exit, stdout, stderr } = await baton('migrate', 'apply', file, '--plan', 'plan.json', ...flags);
  expect(exit).toBe(1);
  expect(stdout).toMatch(/migration: moved/);
  expect(stderr).toMatch(/the world has moved since the plan was made; make another: baton migrate plan/);
  const { document: log } = await json('log', eventType);
  expect(log.entries.map(({ kind }: { kind: string }) => kind)).not.toContain('binding-proposed');
});

test('applying goes as far as the evidence permits, by two at once too, and says what it waits for', async () => {
  const [one, other] = await Promise.all([migrate('apply'), migrate('apply')]);
  for (const { exit, document } of [one, other]) {
    expect({ exit, outcome: document.outcome }).toEqual({ exit: 2, outcome: 'pending' });
    expect(statuses(document.plan)).toMatchObject({
      announce: 'done',
      [`bind ${live}`]: 'done',
      [`bind ${stopped}`]: 'blocked',
    });
  }
  const waits = one.document.waitsFor.find(({ id }: Step) => id === `bind ${stopped}`);
  expect(waits.because.join(' ')).toMatch(/is to be bound while it is stopped, and has 1 members. Stop them/);
});

test('status ends with 2 while anything is left', async () => {
  const { exit, document } = await migrate('status');
  expect({ exit, live: statuses(document)[`bind ${live}`] }).toEqual({ exit: 2, live: 'done' });
});

test('applying again and again comes to the end, and stays there', async () => {
  await stoppedMember.stop();
  await eventually(async () => {
    const { document } = await migrate('apply');
    return statuses(document.plan)[`bind ${stopped}`] === 'done';
  });
  stoppedAgain = await world.member(stopped, `${stopped}-2`);
  const exits: (number | null)[] = [];
  await eventually(async () => {
    const { exit } = await migrate('apply');
    exits.push(exit);
    return exit !== 2;
  }, 70_000);
  expect(exits.at(-1)).toBe(0);
  expect(publisher.publishing()).toEqual([2]);
  expect((await migrate('status')).exit).toBe(0);
  const { document } = await json('log', eventType);
  const before = document.count;
  expect(await migrate('apply')).toMatchObject({ exit: 0, document: { outcome: 'done', taken: [] } });
  expect((await json('log', eventType)).document.count).toBe(before);
});

test('status shows the version as retired, and both groups as past it', async () => {
  const { document } = await json('status', eventType);
  const [row] = document.eventTypes[0].migrations;
  expect(row).toMatchObject({ version: 1, phase: 'retired', grown: [] });
  expect(row.groups.map(({ phase }: { phase: string }) => phase)).toEqual(['dropped', 'dropped']);
});

test('no group has missed an event', async () => {
  await publisher.stop();
  const missed = (members: readonly Member[]) => {
    const handled = new Set(members.flatMap((one) => [...one.handled[1], ...one.handled[2]]));
    return publisher.published.filter((id) => !handled.has(id)).length;
  };
  expect(publisher.published.length).toBeGreaterThan(100);
  await eventually(() => missed([liveMember]) === 0 && missed([stoppedMember, stoppedAgain]) === 0);
});

test('the log tells one story', async () => {
  const { document } = await json('log', eventType);
  const valid: { kind: string; entry: { group?: string } }[] = document.entries.filter(
    (one: { valid: boolean }) => one.valid,
  );
  const count = (kind: string) => valid.filter((one) => one.kind === kind).length;
  expect([count('announced'), count('binding-confirmed'), count('final'), count('dropped')]).toEqual([
    1, 2, 1, 2,
  ]);
});
