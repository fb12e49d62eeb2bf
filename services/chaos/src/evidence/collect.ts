import { closeSync, openSync, writeSync } from 'node:fs';
import { topicOf, version } from '@baton/core';
import type { KafkaPorts } from '@baton/kafka';
import { type Clock, deadLetterTopicOf } from '@baton/messaging';
import type { Cast } from '../stage/names';
import type { PartDatabase } from '../stage/part-database';
import { filesOf } from './files';
import { readLogs } from './read-logs';

export interface CollectDeps {
  readonly kafka: KafkaPorts;
  readonly cast: Cast;
  readonly folder: string;
  readonly clock: Clock;
  /** Opens the control log of the part. */
  readonly controlLog: KafkaPorts['controlLog'];
  readonly database: PartDatabase | undefined;
}

/** Writes down what the topics, the control log and the database of a part hold. */
export const collect = async ({
  kafka,
  cast,
  folder,
  clock,
  controlLog,
  database,
}: CollectDeps): Promise<void> => {
  const files = filesOf(folder);
  const topics = cast.eventTypes.flatMap((name) => [1, 2].map((v) => topicOf(name, version(v))));
  await toFile(files.log, (write) =>
    readLogs(topics, { ...kafka, group: `${cast.part}.audit`, clock, onLine: write }),
  );
  const letters = cast.groups.map(({ group }) => deadLetterTopicOf(group));
  await toFile(files.letters, (write) =>
    readLogs(letters, { ...kafka, group: `${cast.part}.letters`, clock, onLine: write }),
  );
  await toFile(files.entries, async (write) => {
    const log = await controlLog();
    try {
      await log.follow(write);
      await log.catchUp();
    } finally {
      await log.close();
    }
  });
  if (database !== undefined) await collectRows(database, files);
};

const collectRows = async (database: PartDatabase, files: ReturnType<typeof filesOf>): Promise<void> => {
  const { shipments, outbox, effects } = await database.contents();
  await toFile(files.shipments, async (write) => shipments.forEach(write));
  await toFile(files.outbox, async (write) => outbox.forEach(write));
  await toFile(files.effects, async (write) => effects.forEach(write));
};

const toFile = async (
  file: string,
  work: (write: (row: unknown) => void) => Promise<void>,
): Promise<void> => {
  const descriptor = openSync(file, 'w');
  try {
    await work((row) => void writeSync(descriptor, `${JSON.stringify(row)}\n`));
  } finally {
    closeSync(descriptor);
  }
};
