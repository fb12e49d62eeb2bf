import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isBatonError } from '@baton/core';
import {
  placeOf,
  readLastStart,
  readState,
  removeState,
  type StackPlace,
  type StackState,
  writeLastStart,
  writeState,
} from './state';

let root: string;
let place: StackPlace;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'baton-state-'));
  place = placeOf(root, 'default');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const state = (): StackState => ({
  schemaVersion: 1,
  name: 'default',
  way: 'java',
  brokers: ['127.0.0.1:15001'],
  registry: 'http://127.0.0.1:15003/apis/ccompat/v7',
  registryPath: '/apis/ccompat/v7',
  ports: { broker: 15001, controller: 15002, registry: 15003 },
  pids: { broker: { pid: 4, since: 'boot/5' } },
  dataDir: place.dataDir,
  startedAt: '2026-12-01T00:00:00.000Z',
});

describe('the state file', () => {
  it('lies in .baton/stacks under the name of the stack', () => {
    expect(place.stateFile).toBe(join(root, '.baton', 'stacks', 'default.json'));
  });

  it('reads as it was written and leaves no draft', async () => {
    await writeState(place.stateFile, state());
    expect(await readState(place.stateFile)).toEqual(state());
    expect(await readdir(dirname(place.stateFile))).toEqual(['default.json']);
  });

  it('counts as no stack when missing, removed, damaged or of another format', async () => {
    expect(await readState(place.stateFile)).toBeUndefined();
    await writeState(place.stateFile, state());
    await removeState(place.stateFile);
    expect(await readState(place.stateFile)).toBeUndefined();
    for (const text of ['', '{"schemaVersion": 1', '[]', JSON.stringify({ ...state(), schemaVersion: 2 })]) {
      await writeFile(place.stateFile, text);
      expect(await readState(place.stateFile)).toBeUndefined();
    }
  });

  it('reads with several brokers, and not with half of one', async () => {
    const ports = { ...state().ports, broker: 1, controller: 2, registry: 3 };
    const three = { ...ports, others: [{ broker: 4, controller: 5 }] };
    await writeLastStart(place.dataDir, { way: 'java', ports: three, brokerOptions: { heapMb: 256 } });
    expect(await readLastStart(place.dataDir)).toMatchObject({
      ports: three,
      brokerOptions: { heapMb: 256 },
    });
    await writeFile(
      join(place.dataDir, 'last-start.json'),
      JSON.stringify({ way: 'java', ports: { ...ports, others: [{ broker: 4 }] } }),
    );
    expect(await readLastStart(place.dataDir)).toBeUndefined();
  });

  it('leaves way and ports behind for the next start', async () => {
    expect(await readLastStart(place.dataDir)).toBeUndefined();
    const last = { way: 'java', ports: { broker: 1, controller: 2, registry: 3 } } as const;
    await writeLastStart(place.dataDir, last);
    expect(await readLastStart(place.dataDir)).toEqual(last);
  });
});

it.each(['', '../other', 'Upper', 'a/b', '-x', 'a'.repeat(32)])(
  'refuses %j as the name of a stack',
  (name) => {
    try {
      placeOf('/root', name);
      throw new Error('Expected a refusal');
    } catch (error) {
      expect(isBatonError(error, 'invalid-argument')).toBe(true);
    }
  },
);
