import { PassThrough, Readable } from 'node:stream';
import { createInMemoryRegistry } from '@baton/contracts';
import { BatonError } from '@baton/core';
import { systemClock } from '@baton/messaging';
import { runCli, type Surroundings } from '../run';
import { assertPublishedShape } from './output-documents';

/** Runs a command line in this process, holds its documents to the published schemas, without broker, with whatever part of the world is given. */
export const runInProcess = async (
  argv: readonly string[],
  world: Partial<Surroundings> & Pick<Surroundings, 'cwd'>,
): Promise<{ readonly exit: number; readonly data: string; readonly notes: string }> => {
  const written = { data: '', notes: '' };
  const exit = await runCli({
    argv,
    env: {},
    version: '1.2.3',
    who: 'tester',
    process: { id: 1, host: 'here' },
    streams: {
      data: (text) => {
        written.data += text;
      },
      notes: (text) => {
        written.notes += text;
      },
    },
    terminal: { data: false, notes: false },
    input: {
      input: Readable.from([]),
      data: new PassThrough(),
      notes: new PassThrough(),
      interactive: false,
    },
    clock: systemClock,
    interrupted: new AbortController().signal,
    newId: () => 'id',
    createBroker: () => {
      throw new BatonError('broker-unavailable', 'Expected a broker, got none.');
    },
    createRegistry: () => createInMemoryRegistry(),
    ...world,
  });
  assertPublishedShape(argv, { exit, ...written });
  return { exit, ...written };
};
