import type { Socket } from 'node:net';
import type { Clock } from '@baton/messaging';
import { delayMs, delaysOf, type Fate, fateOf, type MessageFacts, rateOf, throttlesOf } from './decide';
import type { BoardFault, FaultBoard } from './fault-board';
import { createFrameSplitter, type Piece } from './frame-splitter';

/** What both directions of all connections share. */
export interface LaneTools {
  readonly board: FaultBoard;
  readonly clock: Clock;
  readonly random: () => number;
}

export interface LaneDeps extends LaneTools {
  readonly source: Socket;
  readonly sink: Socket;
  /** What a message is, read from its first piece in the moment it arrives. */
  readonly factsOf: (first: Buffer) => MessageFacts;
  /** The facts of the connection, for what is no message. */
  readonly connectionFacts: () => MessageFacts;
  /** What is written in place of a first piece. */
  readonly rewrite: (first: Buffer, facts: MessageFacts) => Promise<Buffer>;
  /** Resets, or closes, both ends. */
  readonly end: (how: 'reset' | 'close') => void;
  /** The bytes are not what a Kafka client or broker sends. */
  readonly broken: (error: unknown) => void;
}

/** So much waits here for its turn before the source has to wait too. */
const mostWaitingBytes = 4_000_000;

/** Carries one direction of a connection: in order, each message treated as the faults in force say. */
export const openLane = (deps: LaneDeps): void => {
  const { source, clock, board, random, broken } = deps;
  const splitter = createFrameSplitter();
  const deliver = createDelivery(deps);
  let facts = deps.connectionFacts();
  let waiting = 0;
  let tail: Promise<void> = Promise.resolve();
  const next = (work: () => Promise<void>): void => {
    tail = tail.then(work).catch(broken);
  };
  const admit = (piece: Piece): void => {
    if (piece.first) facts = deps.factsOf(piece.bytes);
    const message = facts;
    const delays = piece.first ? delaysOf(board.live(), message) : [];
    for (const delay of delays) delay.hit();
    const dueAt = clock.now() + delayMs(delays, random);
    waiting += piece.bytes.length;
    if (waiting > mostWaitingBytes) source.pause();
    next(async () => {
      await deliver.due(dueAt);
      await deliver.piece(piece, message);
      waiting -= piece.bytes.length;
      if (waiting <= mostWaitingBytes) source.resume();
    });
  };
  source.on('data', (chunk: Buffer) => {
    try {
      for (const piece of splitter.push(chunk)) admit(piece);
    } catch (error) {
      broken(error);
    }
  });
  source.once('end', () => next(deliver.end));
  source.once('close', () => next(deliver.end));
};

const createDelivery = ({ sink, board, clock, connectionFacts, rewrite, end }: LaneDeps) => {
  let dropping = false;
  const over = () => sink.destroyed || sink.writableEnded;

  const due = async (dueAt: number): Promise<void> => {
    while (!over() && clock.now() < dueAt) await board.changed.wait(dueAt - clock.now());
  };
  /** The fate of a message, asked again until it is not to wait. */
  const settledFate = async (facts: () => MessageFacts, waits: readonly string[]) => {
    let counted: BoardFault | undefined;
    for (;;) {
      const fate = fateOf(board.live(), facts());
      if (fate.kind === 'pass' || !waits.includes(fate.kind) || over()) return fate;
      if (counted !== fate.by) fate.by.hit();
      counted = fate.by;
      await board.changed.wait();
    }
  };
  const write = async (bytes: Buffer, facts: MessageFacts): Promise<void> => {
    let rest = bytes;
    let counted = false;
    while (rest.length > 0 && !over()) {
      const throttles = throttlesOf(board.live(), facts);
      if (!counted) for (const throttle of throttles) throttle.hit();
      counted = true;
      const rate = rateOf(throttles);
      const slice = rest.subarray(0, Math.max(1, Math.floor(rate / slicesPerSecond)));
      rest = rest.subarray(slice.length);
      await writeAll(sink, slice);
      await due(clock.now() + (1_000 * slice.length) / rate);
    }
  };
  const treat = async (fate: Fate<BoardFault>, bytes: Buffer, facts: MessageFacts): Promise<void> => {
    if (fate.kind !== 'pass' && fate.kind !== 'hold') fate.by.hit();
    switch (fate.kind) {
      case 'hold':
      case 'pass':
        return write(await rewrite(bytes, facts), facts);
      case 'drop':
        dropping = true;
        return;
      case 'close':
        return end('close');
      case 'reset-inside':
        await writeAll(sink, bytes.subarray(0, Math.ceil(bytes.length / 2)));
        // the half is to be read before the reset is seen, or systems take the end for an orderly one
        await due(clock.now() + 20);
        return end('reset');
      case 'reset':
        return end('reset');
    }
  };
  return {
    due,
    piece: async ({ bytes, first }: Piece, facts: MessageFacts): Promise<void> => {
      if (first) dropping = false;
      if (dropping) return;
      const fate = await settledFate(() => facts, ['hold']);
      if (over()) return;
      await (first ? treat(fate, bytes, facts) : write(bytes, facts));
    },
    /** That the source has closed is told only when nothing keeps messages of this direction from passing. */
    end: async (): Promise<void> => {
      await settledFate(connectionFacts, ['hold', 'drop']);
      if (!over()) sink.end();
    },
  };
};

const slicesPerSecond = 20;

/** Resolves once the system has the bytes, or the socket has closed. */
const writeAll = (sink: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve) => {
    sink.write(bytes, () => resolve());
  });
