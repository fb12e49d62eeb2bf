import { BatonError } from '@baton/core';
import type { OutgoingRecord } from '../ports/records';
import { type Logger, silentLogger } from '../ports/runtime';
import type { TransactionalProducerFactory } from '../ports/transactional-producer';
import { createTransactionSlot } from '../publisher/transaction-slot';
import { type DeadLetter, type LetterMark, toMarkRecord } from './letter';
import { keyIdOf } from './letter-index';
import { type LetterSources, openLetters } from './open-letters';
import { toRetryRecord } from './retry-copy';
import { deadLetterTopicOf, retryTopicOf } from './topics';

/** Which letters. */
export type LetterFilter = (letter: DeadLetter) => boolean;

/** What somebody does with the dead letters of a group. */
export interface LetterBox {
  /** The open letters, those of one key in the order they were parked. */
  open(filter?: LetterFilter): AsyncGenerator<DeadLetter>;
  /**
   * Sends letters to the retry topic of the group, and marks them as replayed, in transactions. With a letter all open
   * ones of its key are replayed, so that their order holds. Answers how many.
   */
  replay(filter: LetterFilter): Promise<number>;
  /** Marks letters as discarded: nobody will handle them. Answers how many. */
  discard(filter: LetterFilter, because: string): Promise<number>;
  close(): Promise<void>;
}

export interface LetterBoxDeps extends LetterSources {
  readonly group: string;
  /** Who does it; marks name them. */
  readonly by: string;
  readonly createProducer: TransactionalProducerFactory;
  readonly logger?: Logger;
}

const batchLetters = 200;
const batchBytes = 524_288;

/** Opens the dead letters of a group. */
export const createLetterBox = (deps: LetterBoxDeps): LetterBox => {
  const { group, by, createProducer, clock, logger = silentLogger } = deps;
  const topic = deadLetterTopicOf(group);
  const retryTopic = retryTopicOf(group);
  const transactionalId = `${topic}.replay`;
  const slot = createTransactionSlot({ transactionalId, createProducer, clock, logger });
  const mark = (letter: DeadLetter, kind: LetterMark['kind'], because?: string): OutgoingRecord => {
    const content = { kind, letter: letter.offset, by, ...(because === undefined ? {} : { because }) };
    return toMarkRecord(topic, letter, content, clock.now());
  };

  async function* open(
    filter: LetterFilter = () => true,
    upTo?: readonly number[],
  ): AsyncGenerator<DeadLetter> {
    for await (const letter of openLetters(deps, group, upTo)) if (filter(letter)) yield letter;
  }

  const write = async (
    letters: AsyncIterable<DeadLetter>,
    recordsOf: (letter: DeadLetter) => readonly OutgoingRecord[],
  ): Promise<number> => {
    const batch = { records: [] as OutgoingRecord[], letters: 0, bytes: 0 };
    let written = 0;
    const send = async (): Promise<void> => {
      if (batch.letters === 0) return;
      const attempt = await slot.attempt(batch.records);
      if (attempt.kind === 'failed') throw interrupted(written, attempt.error);
      written += batch.letters;
      Object.assign(batch, { records: [], letters: 0, bytes: 0 });
    };
    await slot.open();
    for await (const letter of letters) {
      batch.records.push(...recordsOf(letter));
      batch.letters += 1;
      batch.bytes += letter.original.value?.length ?? 0;
      if (batch.letters >= batchLetters || batch.bytes >= batchBytes) await send();
    }
    await send();
    return written;
  };

  return {
    open: (filter) => open(filter),
    replay: async (filter) => {
      // from here on nobody else replays; both passes see the same letters, or one parked between them would overtake
      await slot.open();
      const ends = await deps.logOffsets.end(topic);
      const keys = await keysOf(
        open(() => true, ends),
        filter,
      );
      const chosen = open((letter) => filter(letter) || keys.all.has(keyOf(letter)), ends);
      return write(inOrder(chosen, keys.reparked), (letter) => [
        toRetryRecord(retryTopic, letter, clock.now()),
        mark(letter, 'replayed'),
      ]);
    },
    discard: (filter, because) => write(open(filter), (letter) => [mark(letter, 'discarded', because)]),
    close: slot.close,
  };
};

/** Letters without a key, or that nobody waits behind, stand for themselves. */
const keyOf = (letter: DeadLetter): string =>
  letter.key === undefined || letter.laterEvents === 'go-on'
    ? `#${letter.partition}@${letter.offset}`
    : keyIdOf(letter.eventType, letter.key);

/** The keys of the chosen letters; `reparked` are those whose letters may stand in another order than their events. */
const keysOf = async (letters: AsyncIterable<DeadLetter>, filter: LetterFilter) => {
  const all = new Set<string>();
  const reparked = new Set<string>();
  for await (const letter of letters) {
    if (filter(letter)) all.add(keyOf(letter));
    if (letter.order !== undefined) reparked.add(keyOf(letter));
  }
  return { all, reparked };
};

/** Letters as they come; those of keys that were parked again come at the end, in the order of their events. */
async function* inOrder(
  letters: AsyncIterable<DeadLetter>,
  reparked: ReadonlySet<string>,
): AsyncGenerator<DeadLetter> {
  const late: DeadLetter[] = [];
  for await (const letter of letters) {
    if (reparked.has(keyOf(letter))) late.push(letter);
    else yield letter;
  }
  late.sort((a, b) => a.place - b.place);
  yield* late;
}

const interrupted = (written: number, cause: unknown): BatonError =>
  new BatonError(
    'outcome-unknown',
    `Expected the broker to store a batch of letters, but nobody can say whether it did; ${written} before it are done. Run the same command again: what is done is marked, and is not done twice.`,
    { cause },
  );
