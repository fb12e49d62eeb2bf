import type { History, HistoryEntry, HistorySetting, Violation } from '../history';
import { concernOf } from './concern';
import { tell } from './tell';
import { createWeigher } from './weigh';

/** What one line of a trace is made of; the smaller the weight, the more it says. */
interface Candidate {
  readonly entry: HistoryEntry;
  readonly weight: 0 | 1 | 2 | 3;
}

/** How long a trace is at most, in lines. */
const mostLines = 60;
/** How many steps around the violation belong to it. */
const around = 25;

/**
 * Tells a violation in words: what happened to its events, partitions, members and bindings, one line each, with the
 * time since the start. What shows the violation is marked with `>`.
 */
export const narrate = (
  history: History,
  violation: Violation,
  setting: HistorySetting,
): readonly string[] => {
  const time = timeFrom(history[0]?.at ?? 0);
  const concerned = shorten(concernedBy(history, violation, setting), violation);
  const lines = concerned.map(
    ({ entry, weight }) => `${weight === 0 ? '>' : ' '} ${time(entry.at)} ${tell(entry, time)}`,
  );
  return [`${violation.kind} (${violation.property}): ${violation.text}`, ...lines];
};

const timeFrom =
  (start: number) =>
  (at: number): string => {
    if (!Number.isFinite(at)) return 'the beginning';
    const ms = at - start;
    return `${ms < 0 ? '-' : '+'}${(Math.abs(ms) / 1_000).toFixed(3)} s`;
  };

const concernedBy = (
  history: History,
  violation: Violation,
  setting: HistorySetting,
): readonly Candidate[] => {
  const weigh = createWeigher(concernOf(history, violation, setting));
  const shown = new Set(violation.steps);
  const all: Candidate[] = [];
  for (const entry of history) {
    const weight = weigh(entry);
    if (shown.has(entry.step)) all.push({ entry, weight: 0 });
    else if (weight !== undefined) all.push({ entry, weight });
  }
  const told = all.filter(({ weight }) => weight <= 1).map(({ entry }) => entry.step);
  const [from, to] = [Math.min(...told) - around, Math.max(...told) + around];
  return told.length === 0
    ? all
    : all.filter(({ entry: { step }, weight }) => weight <= 1 || (step >= from && step <= to));
};

/** Leaves out what says least, and of that what is farthest from the violation. */
const shorten = (all: readonly Candidate[], { steps }: Violation): readonly Candidate[] => {
  if (all.length < mostLines) return all;
  const last = steps.at(-1) ?? all.at(-1)?.entry.step ?? 0;
  const distance = ({ entry: { step } }: Candidate): number =>
    Math.min(Math.abs(step - last), ...steps.map((one) => Math.abs(step - one)));
  return [...all]
    .sort((a, b) => a.weight - b.weight || distance(a) - distance(b))
    .slice(0, mostLines - 1)
    .sort((a, b) => a.entry.step - b.entry.step);
};
