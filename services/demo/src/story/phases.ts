/** The phases of the story, in their order: what a person reads, and up to which part of all events the load goes. */
export const phases = {
  'v1-only': { title: 'everybody publishes and reads v1', until: 0.1 },
  'reminders-stopped': { title: 'reminders is stopped, its backlog builds', until: 0.16 },
  'lending-upgraded': {
    title: 'lending is upgraded, instance by instance, to publish v1 and v2',
    until: 0.26,
  },
  'reminders-bound': {
    title: 'reminders is installed as v1 and v2, bound, and started on its v1 backlog',
    until: 0.4,
  },
  'statistics-upgraded': {
    title: 'statistics, of another team, is upgraded, instance by instance, to read v1 and v2',
    until: 0.48,
  },
  'statistics-bound': { title: 'statistics is bound to v2 under load, nobody stops', until: 0.6 },
  'statistics-back': { title: 'statistics goes back to v1 under load', until: 0.72 },
  'statistics-forward': { title: 'statistics goes forward to v2 again', until: 0.84 },
  'v2-only': { title: 'every group is drained: lending stops v1, instance by instance', until: 0.92 },
  'v1-dropped': { title: 'the subscribers stop reading v1', until: 1 },
  finished: { title: 'the load has ended, everything is handled', until: 1 },
} as const;

export type Phase = keyof typeof phases;

/** When a phase began, as RFC 3339. */
export interface PhaseEntry {
  readonly phase: Phase;
  readonly at: string;
}
