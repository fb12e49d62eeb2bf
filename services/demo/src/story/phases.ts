/** The phases of the story, in their order, with what a person reads. */
export const phases = {
  'v1-only': 'everybody publishes and reads v1',
  'reminders-stopped': 'reminders is stopped, its backlog builds',
  'lending-upgraded': 'lending is upgraded, instance by instance, to publish v1 and v2',
  'reminders-bound': 'reminders is installed as v1 and v2, bound, and started on its v1 backlog',
  'statistics-bound': 'statistics, of another team, is stopped, bound, and started later',
  'v2-only': 'every group is drained: lending stops v1, instance by instance',
  'v1-dropped': 'the subscribers stop reading v1',
  finished: 'the load has ended, everything is handled',
} as const;

export type Phase = keyof typeof phases;

/** When a phase began, as RFC 3339. */
export interface PhaseEntry {
  readonly phase: Phase;
  readonly at: string;
}

/** Up to which part of all events the load may go in a phase. */
export const loadUntil: Readonly<Record<Phase, number>> = {
  'v1-only': 0.12,
  'reminders-stopped': 0.22,
  'lending-upgraded': 0.36,
  'reminders-bound': 0.56,
  'statistics-bound': 0.76,
  'v2-only': 0.88,
  'v1-dropped': 1,
  finished: 1,
};
