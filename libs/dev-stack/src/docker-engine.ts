import { createHash } from 'node:crypto';
import { BatonError } from '@baton/core';
import type { Engine, EngineState } from './engine';
import type { Reporter } from './reporter';
import { type RunResult, run } from './run';
import { lastWordsOf, saysPortTaken } from './start';
import type { Environment } from './ways';

export interface DockerEngineDeps {
  readonly state: EngineState;
  readonly env: Environment;
  readonly composeFile: string;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
}

/** Runs one broker and the registry as containers of one Compose project. */
export const createDockerEngine = ({
  state,
  env,
  composeFile,
  reporter,
  signal,
}: DockerEngineDeps): Engine => {
  const docker = async (...args: readonly string[]): Promise<RunResult> => {
    const result = await run('docker', args, { env: { ...env, ...composeEnvironment(state) }, signal });
    signal?.throwIfAborted();
    if (result.exitCode === 0) return result;
    throw new BatonError(
      'stack-unavailable',
      `Expected \`docker ${args.join(' ')}\` to succeed, but it did not. Mend what it says, then start again. It said:\n${result.output.trim()}`,
      { details: { portTaken: saysPortTaken(result.output) } },
    );
  };
  const compose = (...args: readonly string[]) =>
    docker('compose', ...projectArgs(state, composeFile), ...args);
  const ensureImage = async (image: string) => {
    if ((await run('docker', ['image', 'inspect', image], { env, signal })).exitCode === 0) return;
    reporter.phase(`Downloading the image ${image} with Docker`);
    await docker('pull', '--quiet', image);
  };
  return {
    prepare: async () => {
      const { output } = await compose('config', '--images');
      const images = output.split('\n').filter((line) => line.trim() !== '');
      for (const image of images) await ensureImage(image.trim());
    },
    launch: async (part) => {
      await compose('up', '--detach', '--no-deps', part);
    },
    halt: async (part, how) => {
      await compose(how === 'gently' ? 'stop' : 'kill', part);
    },
    pause: async (part) => {
      await compose('pause', part);
    },
    resume: async (part) => {
      await compose('unpause', part);
    },
    isRunning: async (part) => {
      const { output } = await compose('ps', '--status', 'running', '--services');
      return output.split('\n').some((line) => line.trim() === part);
    },
    dismantle: async ({ purge }) => {
      await compose('down', ...(purge ? ['--volumes'] : []));
    },
    lastWords: async (part) =>
      lastWordsOf((await compose('logs', '--no-color', '--tail', '60', part)).output),
    pids: () => ({}),
  };
};

/** The project is named for the stack and its place, so that stacks of two work trees keep apart. */
export const projectArgs = ({ name, dataDir }: EngineState, composeFile: string): readonly string[] => {
  const place = createHash('sha256').update(dataDir).digest('hex').slice(0, 8);
  return ['--project-name', `baton-${name}-${place}`, '--file', composeFile];
};

export const composeEnvironment = ({
  ports,
}: Pick<EngineState, 'ports'>): Readonly<Record<string, string>> => ({
  BATON_BROKER_PORT: String(ports.broker),
  BATON_REGISTRY_PORT: String(ports.registry),
});
