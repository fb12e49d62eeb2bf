import type { Row } from './row';
import { codec } from './rows/codec';
import { consumeWindow } from './rows/consume-window';
import { cut } from './rows/cut';
import { memory } from './rows/memory';
import { outbox } from './rows/outbox';
import { publishToHandler } from './rows/publish-to-handler';
import { replay } from './rows/replay';
import { rule } from './rows/rule';
import { start } from './rows/start';
import { twinsClosed } from './rows/twins-closed';
import { twinsOpen } from './rows/twins-open';

/** All rows, in the order of the table. A new row is a module of `rows/` and one line here. */
export const rows: readonly Row[] = [
  // publishing
  twinsClosed,
  twinsOpen(1_000),
  twinsOpen(5_000),
  outbox,
  // reading
  consumeWindow,
  publishToHandler,
  cut,
  start,
  replay,
  memory,
  // inside
  rule,
  codec,
];
