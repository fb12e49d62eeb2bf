import type { HistorySetting } from '../history';
import { check } from './check';
import { type HistoryMaker, smallSetting } from './make-history';

/** What the checker finds, as `kind property`, each once. */
export const found = (history: HistoryMaker, setting: HistorySetting = smallSetting): readonly string[] => [
  ...new Set(check(history.history(), setting).map(({ kind, property }) => `${kind} ${property}`)),
];
