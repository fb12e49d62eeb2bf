import type { Row } from './row';
import { codec } from './rows/codec';
import { consumeWindow } from './rows/consume-window';
import { rule } from './rows/rule';

/** All rows, in the order of the table. A new row is a module of `rows/` and one line here. */
export const rows: readonly Row[] = [rule, codec, consumeWindow];
