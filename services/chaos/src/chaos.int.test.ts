import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type PostgresServer, postgresAvailable, startPostgres } from '@baton/dev-stack';
import { systemClock } from '@baton/messaging';
import { auditPart } from './audit/audit';
import { readEvidence } from './evidence/files';
import type { PartPlan } from './plan/actions';
import { createRandom } from './random';
import { type PartResult, playPart } from './run/play-part';
import { type Cluster, type ClusterStack, openCluster } from './stage/cluster';

const run = `t${Date.now().toString(36)}`;

const unavailable = async (): Promise<never> => {
  throw new Error('the stack of the tests is not ours to disturb');
};

/** The stack of the tests: its network can be disturbed, its servers cannot. */
const stackOfTests = (): ClusterStack => ({
  brokers: (process.env.KAFKA_BROKERS ?? '').split(','),
  registry: process.env.SCHEMA_REGISTRY_URL ?? '',
  startBroker: unavailable,
  stopBroker: unavailable,
  restartBroker: unavailable,
  killBroker: unavailable,
  pauseBroker: unavailable,
  resumeBroker: unavailable,
  startRegistry: unavailable,
  stopRegistry: unavailable,
  restartRegistry: unavailable,
  killRegistry: unavailable,
  pauseRegistry: unavailable,
  resumeRegistry: unavailable,
  fillDisk: unavailable,
  freeDisk: unavailable,
  leaderOf: unavailable,
  inSync: unavailable,
});

const lane = (name: string, ...actions: PartPlan['lanes'][number]['steps'][number]['action'][]) => ({
  name,
  steps: actions.map((action) => ({ afterMs: 500, action })),
});

const plan: PartPlan = {
  part: 1,
  seed: 1,
  brokers: 1,
  lanes: [
    lane('binds', {
      do: 'bind',
      how: 'live',
      group: 0,
      eventType: 0,
      awayMs: 0,
      kills: ['after-binding-proposed'],
    }),
    lane('consumers', { do: 'kill-consumer', worker: 0, point: 'after-handler-before-commit' }),
    lane('publishers', { do: 'kill-publisher', worker: 0, point: 'after-commit-before-ack' }),
    lane('responses', {
      ...{ do: 'drop-responses', api: 'endTxn', times: 1 },
      of: { kind: 'publisher', worker: 1 },
    }),
    lane('transactions', { do: 'abort', eventType: 0, order: 'younger-first' }),
    lane('malformed', { do: 'malform', eventType: 0, payloads: 10, headers: 10 }),
    lane(
      'relays',
      { do: 'kill-relay', worker: 0, point: 'after-stamp' },
      { do: 'kill-relay', worker: 1, point: 'after-commit-before-ack' },
    ),
    lane(
      'inboxes',
      { do: 'kill-inbox', worker: 1, point: 'after-effect' },
      { do: 'kill-inbox', worker: 2, point: 'after-effect-commit' },
      { do: 'pause-inbox', worker: 3, point: 'after-effect', ms: 7_500 },
    ),
  ],
};

const root = resolve(__dirname, '../../..');
/** Skips its tests, by name, where no server can be had. */
const itWithDatabase = postgresAvailable(root) ? it : it.skip;

/** A server of the test's own, not one that somebody else runs. */
const startServer = async (): Promise<PostgresServer | undefined> => {
  const { DATABASE_URL: _foreign, ...env } = process.env;
  return postgresAvailable(root) ? startPostgres({ env, root }) : undefined;
};

let server: PostgresServer | undefined;

let folder: string;
let cluster: Cluster;
let result: PartResult;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-chaos-'));
  server = await startServer();
  cluster = await openCluster(stackOfTests(), {
    ...{ clock: systemClock, random: createRandom(1).next, run },
    disk: { usable: false, because: 'the stack of the tests has none' },
    database:
      server === undefined
        ? { usable: false, because: 'no server on this machine' }
        : { usable: true, server: { url: server.url, killable: true } },
  });
  result = await playPart(plan, {
    ...{ run, cluster, folder, clock: systemClock, rate: 30, quietMs: 0, env: process.env },
    programs: resolve(__dirname, '../dist/workers'),
    onPhase: () => {},
    onFaults: () => {},
    interrupted: new Promise<never>(() => {}),
  });
}, 240_000);

afterAll(async () => {
  await cluster.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a small part on the real stack', () => {
  it('makes every fault of its plan, at the points that were named', async () => {
    expect(result.done).toMatchObject({
      ...{ 'bind-live': 1, 'script-kill': 1, 'consumer-kill': 1, 'publisher-kill': 1 },
      ...{
        'dropped-response': 1,
        'aborted-transaction': 1,
        'malformed-payload': 10,
        'malformed-headers': 10,
      },
    });
    const { workers } = await readEvidence(folder);
    const killedAt = workers.flatMap((line) => (line.kind === 'killed-at' ? [line.point] : []));
    expect(killedAt).toEqual(
      expect.arrayContaining([
        'after-binding-proposed',
        'after-commit-before-ack',
        'after-handler-before-commit',
      ]),
    );
  });

  itWithDatabase(
    'kills relays and members with an inbox, and wakes a zombie, where they were named',
    async () => {
      expect(result.done).toMatchObject({ 'relay-kill': 2, 'inbox-kill': 2, 'inbox-pause': 1 });
      const { workers } = await readEvidence(folder);
      const places = workers.flatMap((line) =>
        line.kind === 'killed-at' || line.kind === 'stopped-at' ? [`${line.kind} ${line.point}`] : [],
      );
      expect(places).toEqual(
        expect.arrayContaining([
          'killed-at after-stamp',
          'killed-at after-effect',
          'killed-at after-effect-commit',
          'stopped-at after-effect',
        ]),
      );
      const relayDeaths = workers.filter(({ kind, worker }) => kind === 'killed-at' && /-r\d$/.test(worker));
      expect(relayDeaths).toHaveLength(2);
    },
  );

  itWithDatabase('has effects once, of what came out of an outbox too', async () => {
    const { edges } = result.audit;
    expect(edges?.committed).toBeGreaterThan(50);
    expect(edges?.rolledBack).toBeGreaterThan(0);
    expect(edges?.repeated).toBeGreaterThan(0);
    expect(edges?.effects).toEqual({ taken: result.audit.published, lost: 0, doubled: 0, outOfOrder: 0 });
  });

  it('breaks no promise', () => {
    expect(result.audit.violations).toEqual([]);
    expect(result.audit.changeovers).toBe(1);
    expect(result.audit.published).toBeGreaterThan(100);
    expect(result.audit.handled).toBe(2 * result.audit.published);
  });

  it('is judged the same from its files', async () => {
    expect(auditPart(await readEvidence(folder))).toEqual(result.audit);
  });

  it('would be found out, had a handler done something that nobody published', async () => {
    const evidence = await readEvidence(folder);
    const [began] = evidence.workers.filter((line) => line.kind === 'handler-began');
    if (began?.kind !== 'handler-began') throw new Error('nothing was handled');
    const { violations } = auditPart({
      ...evidence,
      workers: [...evidence.workers, { ...began, id: 'never-published' }],
    });
    expect(violations.map(({ check }) => check)).toEqual(['handled-is-committed']);
  });
});
