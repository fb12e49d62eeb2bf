import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDockerEngine } from './docker-engine';
import type { EngineState } from './engine';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-docker-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const state: EngineState = {
  name: 'default',
  dataDir: '/project/.baton/stacks/default',
  ports: { broker: 15001, controller: 15002, registry: 15003 },
  pids: {},
};

/** Stands in for Docker: notes each call with the ports it is given; one image is there, the other is not. */
const createEngine = async () => {
  const script = `#!/bin/sh
echo "$BATON_BROKER_PORT $BATON_REGISTRY_PORT $*" >> "${folder}/calls"
case "$*" in
  *"config --images") echo one:1; echo two:2;;
  "image inspect two:2") exit 1;;
  *"ps --status running --services") echo registry;;
  *" kill "*) echo "no such service"; exit 1;;
esac
`;
  await writeFile(join(folder, 'docker'), script);
  await chmod(join(folder, 'docker'), 0o755);
  const phases: string[] = [];
  const engine = createDockerEngine({
    state,
    env: { PATH: `${folder}:${process.env.PATH}` },
    composeFile: '/c.yml',
    reporter: { phase: (text) => phases.push(text), progress: () => {} },
  });
  return { engine, phases };
};

const calls = async () =>
  (await readFile(join(folder, 'calls'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) =>
      line.replace(/compose --project-name baton-default-[0-9a-f]{8} --file \/c\.yml/, 'COMPOSE'),
    );

describe('the stack in Docker', () => {
  it('downloads only the images that are missing', async () => {
    const { engine, phases } = await createEngine();
    await engine.prepare();
    expect(phases).toEqual(['Downloading the image two:2 with Docker']);
    expect((await calls()).at(-1)).toBe('15001 15003 pull --quiet two:2');
  });

  it('starts, stops and removes its own Compose project on its own ports', async () => {
    const { engine } = await createEngine();
    await engine.launch('broker');
    await engine.halt('broker', 'gently');
    await engine.dismantle({ purge: false });
    await engine.dismantle({ purge: true });
    expect(await calls()).toEqual([
      '15001 15003 COMPOSE up --detach --no-deps broker',
      '15001 15003 COMPOSE stop broker',
      '15001 15003 COMPOSE down',
      '15001 15003 COMPOSE down --volumes',
    ]);
  });

  it('knows which server runs', async () => {
    const { engine } = await createEngine();
    expect(await engine.isRunning('registry')).toBe(true);
    expect(await engine.isRunning('broker')).toBe(false);
  });

  it('passes on what Docker says when it fails', async () => {
    const { engine } = await createEngine();
    await expect(engine.halt('broker', 'at-once')).rejects.toThrow(
      /docker compose .* kill broker[\s\S]*no such service/,
    );
  });
});
