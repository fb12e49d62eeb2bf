import { verifyCertificate } from '@baton/control';
import { codesOf, createStackWorld, eventually } from './test-support/stack-world';

jest.setTimeout(90_000);

const world = createStackWorld();
const { eventType, baton, json } = world;
const [swift, slow] = [world.group('swift'), world.group('slow')];
const lending = `lending-${world.suffix}`;
let deadline: number;
const at = (millis: number) => new Date(millis).toISOString();
const bindTimings = ['--lease-ms', '6000'];
const announce = (when: number, ...more: readonly string[]) =>
  baton('announce', eventType, '--from', '1', '--to', '2', '--deadline', at(when), '--reason', 'r', ...more);
const canStop = (...more: readonly string[]) =>
  json('can', 'stop', eventType, '--version', '1', '--observe-ms', '200', ...more);
const canDrop = (group: string, ...more: readonly string[]) =>
  json('can', 'drop', eventType, '--group', group, '--version', '1', ...more);
const retirePublisher = ['retire', eventType, '--version', '1', '--publisher', '--observe-ms', '200'];
const retireGroup = (group: string) => [
  ...['retire', eventType, '--version', '1', '--subscriber', '--group', group],
  '--without-dead-letters',
];

type Publisher = Awaited<ReturnType<typeof world.publisher>>;
type Member = Awaited<ReturnType<typeof world.member>>;
let publisher: Publisher;
let swiftMember: Member;
let slowMember: Member;

beforeAll(async () => {
  await world.prepare();
  publisher = await world.publisher(lending);
  [swiftMember, slowMember] = await Promise.all([
    world.member(swift, `${swift}-1`),
    world.member(slow, `${slow}-1`),
  ]);
  await eventually(() => swiftMember.handled[1].length > 40 && slowMember.handled[1].length > 40);
  deadline = Date.now() + 40_000;
});
afterAll(() => world.close());

describe('before anything is announced', () => {
  test('nobody can object, and nothing can stop', async () => {
    const objection = ['--group', swift, '--until', at(deadline), '--reason', 'r'];
    const veto = await baton('veto', eventType, ...objection);
    expect(veto.exit).toBe(1);
    expect(veto.stdout).toMatch(/not-announced.*There is nothing to object to/);
    const { exit, document } = await canStop();
    expect(exit).toBe(2);
    expect(codesOf(document)).toEqual(expect.arrayContaining(['not-announced', 'group-not-bound']));
  });
});

describe('an announcement', () => {
  test('is made once; its deadline moves later, never earlier', async () => {
    expect(await announce(deadline - 5_000)).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/announced .*v1 → v2/),
    });
    expect((await announce(deadline - 5_000)).stdout).toMatch(/already-announced/);
    const earlier = await announce(deadline - 10_000);
    expect(earlier.exit).toBe(1);
    expect(earlier.stdout).toMatch(/refused .*deadline-earlier.*can only move later/s);
    expect(await announce(deadline)).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/deadline-moved/),
    });
  });

  test('keeps out a new group that reads the deprecated version only', async () => {
    const late = world.member(world.group('late'), 'late-1', [1]);
    await expect(late).rejects.toMatchObject({
      code: 'version-deprecated',
      message: expect.stringMatching(/in favour of v2.*Add a handler for the newer version/s),
    });
  });

  test('can be objected to; the veto is named where somebody wants to stop', async () => {
    const who = ['--group', swift, '--reason', 'year end'];
    expect(await baton('veto', eventType, ...who, '--until', at(deadline + 3_600_000))).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/vetoed/),
    });
    const refused = await baton(...retirePublisher, '--without-outbox', '--yes');
    expect(refused.exit).toBe(2);
    expect(refused.stdout).toMatch(/refused .*for its publishers/);
    expect(refused.stdout).toMatch(/deadline-ahead/);
    expect(refused.stdout).toMatch(/veto .*Group "swift-.*year end/);
    expect(refused.stdout).toMatch(/group-not-bound/);
    expect(await baton('veto', 'withdraw', eventType, ...who)).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/veto-withdrawn/),
    });
    expect(codesOf((await canStop()).document)).not.toContain('veto');
  });
});

describe('binding', () => {
  test('can be asked about: 0 for safe, 2 for not yet, 3 for what nobody knows', async () => {
    const ask = (group: string, ...more: readonly string[]) =>
      json('can', 'bind', eventType, '--group', group, '--to', '2', ...more);
    expect(await ask(swift)).toMatchObject({ exit: 0, document: { verdict: 'safe' } });
    const past = await ask(swift, '--since', at(Date.now() - 60_000));
    expect(past).toMatchObject({ exit: 2, document: { verdict: 'not-yet' } });
    const stranger = await ask(world.group('stranger'));
    expect(stranger).toMatchObject({ exit: 3, document: { verdict: 'unknown' } });
    expect(codesOf(stranger.document)).toContain('group-not-registered');
  });

  test('happens while members are at work, one of two groups live, the other stopped', async () => {
    await slowMember.stop();
    const bind = (group: string) => json('bind', eventType, '--group', group, '--to', '2', ...bindTimings);
    const [live, stopped] = await Promise.all([bind(swift), bind(slow)]);
    expect(live).toMatchObject({ exit: 0, document: { outcome: 'bound' } });
    expect(live.document.attempts.at(-1)).toMatchObject({
      outcome: 'confirmed',
      answers: [{ kind: 'acknowledged' }],
    });
    expect(stopped).toMatchObject({ exit: 0, document: { outcome: 'bound', attempts: [{ answers: [] }] } });
    await eventually(() => swiftMember.handled[2].length > 40);
    slowMember = await world.member(slow, `${slow}-2`);
    await eventually(() => slowMember.handled[2].length > 40);
  });
});

describe('the status', () => {
  test('says how far each group is on its way, and when the old version was last written', async () => {
    const { exit, document } = await json('status', eventType, '--without-outbox');
    const [{ migrations, groups }] = document.eventTypes;
    expect(exit).toBe(0);
    expect(groups).toHaveLength(2);
    expect(migrations).toMatchObject([{ version: 1, successor: 2, phase: 'deprecated', grown: [] }]);
    expect(Date.now() - Date.parse(migrations[0].lastTraffic)).toBeLessThan(20_000);
    for (const row of migrations[0].groups) {
      expect(row).toMatchObject({
        binding: { version: 2 },
        trend: null,
        lag: { events: expect.any(Number) },
      });
      expect(row.phase).toMatch(/cut-ahead|draining|drained/);
    }
    const { stdout } = await baton('status', eventType);
    expect(stdout).toMatch(/v1 goes away in favour of v2: deprecated/);
    expect(stdout).toMatch(
      /GROUP +PHASE +COUNTS +SINCE +DRAINED +LAG +SECONDS +STRAGGLERS +TREND +ETA +VERDICT/,
    );
  });

  test('is watched until somebody interrupts: then each backlog has a direction', async () => {
    const looks = ['status', eventType, '--watch', '--every-ms', '300', '-o', 'jsonl'];
    const { exit, stdout } = await world.interrupted(/(asking about.*){3}/s, ...looks);
    expect(exit).toBe(130);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const trends = lines
      .at(-1)
      .eventTypes[0].migrations[0].groups.map(({ trend }: { trend: unknown }) => trend);
    expect(trends).toHaveLength(2);
    for (const trend of trends)
      expect(trend).toMatchObject({ direction: expect.stringMatching(/ing$|steady/) });
    const held = await baton('status', eventType, '--watch', '-o', 'json');
    expect(held).toMatchObject({ exit: 64, stdout: '', stderr: expect.stringMatching(/Take -o jsonl/) });
  });
});

describe('the end of a version', () => {
  test('is refused to a group while publishers write it', async () => {
    const { exit, document } = await canDrop(swift, '--without-dead-letters');
    expect({ exit, codes: codesOf(document) }).toMatchObject({
      exit: 2,
      codes: expect.arrayContaining(['not-final']),
    });
    const refused = await baton(...retireGroup(swift), '--yes');
    expect(refused.exit).toBe(2);
    expect(refused.stdout).toMatch(/not-final.*Retire it with `baton retire --publisher` first/);
  });

  test('is unknown while nobody speaks of outboxes, then safe; it is not done unconfirmed', async () => {
    await eventually(async () => (await canStop('--without-outbox')).exit === 0, 60_000);
    const unsaid = await canStop();
    expect(unsaid).toMatchObject({ exit: 3, document: { verdict: 'unknown' } });
    expect(unsaid.document.because).toMatchObject([{ text: expect.stringMatching(/outbox/) }]);
    const unconfirmed = await baton(...retirePublisher, '--without-outbox');
    expect(unconfirmed).toMatchObject({ exit: 64, stdout: '' });
    expect(unconfirmed.stderr).toMatch(/--yes/);
    expect(publisher.publishing()).toEqual([1, 2]);
  });

  test('comes to publishers without a restart, and is certified', async () => {
    await slowMember.stop();
    const before = publisher.published.length;
    await eventually(() => publisher.published.length > before + 40);
    const { exit, document } = await json(...retirePublisher, '--without-outbox', '--yes');
    expect(exit).toBe(0);
    expect(document).toMatchObject({ outcome: 'retired', verdict: { verdict: 'safe' }, waitingFor: [] });
    expect(publisher.publishing()).toEqual([2]);
    const { certificate } = document;
    expect(certificate).toMatchObject({
      about: { question: 'final', eventType, version: 1 },
      verdict: 'safe',
    });
    expect(verifyCertificate(certificate)).toBe(true);
    expect(verifyCertificate({ ...certificate, by: 'somebody else' })).toBe(false);
    const again = await json(...retirePublisher, '--without-outbox', '--yes');
    expect(again).toMatchObject({ exit: 0, document: { outcome: 'already-retired', certificate } });
  });

  test('keeps writers out: at the broker, and at the start of who could write nothing else', async () => {
    const producer = await world.kafka.transactionalProducer(`intruder-${world.suffix}`);
    const record = { topic: `${eventType}.v1`, partition: 0, key: 'k', value: Buffer.from('{}') };
    await producer.begin();
    await expect(producer.send([{ ...record, headers: {}, timestamp: Date.now() }])).rejects.toMatchObject({
      code: 'not-authorized',
    });
    await producer.close();
    await expect(world.publisher('old', [1])).rejects.toMatchObject({ code: 'version-retired' });
    const back = await baton('bind', eventType, '--group', swift, '--to', '1', ...bindTimings);
    expect(back.exit).toBe(1);
    expect(back.stdout).toMatch(/version-over/);
  });

  test('comes to a group once it has read to the final end', async () => {
    await eventually(async () => (await canDrop(swift, '--without-dead-letters')).exit === 0);
    expect(await canDrop(swift)).toMatchObject({ exit: 3, document: { verdict: 'unknown' } });
    const dropped = await json(...retireGroup(swift), '--yes');
    expect(dropped).toMatchObject({ exit: 0, document: { outcome: 'dropped', risks: [] } });
    expect(verifyCertificate(dropped.document.certificate)).toBe(true);
    const again = await json(...retireGroup(swift), '--yes');
    expect(again).toMatchObject({ exit: 0, document: { outcome: 'already-dropped' } });
  });

  test('is refused to a group that is behind; early, the risk is printed', async () => {
    const behind = await baton(...retireGroup(slow), '--yes');
    expect(behind.exit).toBe(2);
    expect(behind.stdout).toMatch(/behind-the-end.*offsets of v1\/\d before it. Let it read on/);
    const early = await baton(...retireGroup(slow), '--early', '--yes');
    expect(early.exit).toBe(0);
    expect(early.stdout).toMatch(/dropped/);
    expect(early.stdout).toMatch(/behind-the-end/);
  });

  test('cost no event, and none was handled in both versions', async () => {
    await publisher.stop();
    const all = () => [...swiftMember.handled[1], ...swiftMember.handled[2]].sort();
    await eventually(() => all().length >= publisher.published.length);
    expect(all()).toEqual([...publisher.published].sort());
  });
});

describe('the audit trail', () => {
  test('tells the story in its order, and the certificates in it verify', async () => {
    const { exit, document } = await json('log', eventType);
    expect(exit).toBe(0);
    const story: { kind: string; valid: boolean; by: string; entry: { certificate?: unknown } }[] =
      document.entries;
    const kinds = story.filter(({ valid }) => valid).map(({ kind }) => kind);
    const told = [
      ...['announced', 'vetoed', 'veto-withdrawn', 'binding-proposed', 'binding-confirmed', 'retiring'],
      ...['retiring-acknowledged', 'writes-refused', 'final', 'dropped'],
    ];
    const places = told.map((kind) => kinds.indexOf(kind));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(kinds.filter((kind) => kind === 'dropped')).toHaveLength(2);
    const certificates = story.flatMap(({ entry }) =>
      entry.certificate === undefined ? [] : [entry.certificate],
    );
    expect(certificates).toHaveLength(4);
    for (const one of certificates) expect(verifyCertificate(one as never)).toBe(true);
  });
});
