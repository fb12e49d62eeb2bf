import type { HistorySetting, Violation } from '../history';
import type { EventFacts, Facts, Lane, LogRecord } from './facts/types';

/** One promise: finds every place where a history breaks it. */
export type Property = (facts: Facts, setting: HistorySetting) => readonly Violation[];

/** Makes a violation; steps that never happened are left out. */
export const violation = (
  kind: Violation['kind'],
  property: string,
  text: string,
  steps: readonly (number | undefined)[],
): Violation => ({
  kind,
  property,
  text,
  steps: steps
    .filter((step): step is number => step !== undefined && Number.isFinite(step) && step >= 0)
    .sort((a, b) => a - b),
});

export const laneName = ({ topic, partition }: Lane): string => `${topic}[${partition}]`;

export const recordName = ({ lane, offset }: LogRecord): string => `${laneName(lane)}@${offset}`;

export const eventName = ({ id, source }: EventFacts): string => `${id} of ${source}`;

export const instant = (millis: number): string =>
  Number.isFinite(millis) ? new Date(millis).toISOString() : String(millis);
