/** Every phase: what a person reads, and its share of the load. */
export const phases = {
  'v1-only': { title: 'everybody publishes and reads v1', share: 10 },
  'reminders-stopped': { title: 'reminders is stopped, its backlog builds', share: 6 },
  'lending-upgraded': {
    title: 'lending is upgraded, instance by instance, to publish v1 and v2',
    share: 10,
  },
  announced: { title: 'lending announces that v1 goes away', share: 3 },
  'reminders-bound': {
    title: 'reminders is installed as v1 and v2, bound, and started on its v1 backlog',
    share: 14,
  },
  'statistics-upgraded': {
    title: 'statistics, of another team, is upgraded, instance by instance, to read v1 and v2',
    share: 8,
  },
  'refused-unbound': { title: 'retirement is refused: statistics is not bound past v1', share: 3 },
  'statistics-bound': { title: 'statistics is bound to v2 under load, nobody stops', share: 12 },
  'statistics-back': { title: 'statistics goes back to v1 under load', share: 12 },
  'statistics-forward': { title: 'statistics goes forward to v2 again', share: 12 },
  'refused-veto': {
    title: 'statistics vetoes; retirement is refused; the veto is withdrawn',
    share: 6,
  },
  'v1-retired': { title: 'v1 is retired: lending follows without a restart, brokers refuse v1', share: 6 },
  'v2-only': { title: 'every group is drained: lending stops v1, instance by instance', share: 8 },
  'v1-dropped': { title: 'the subscribers stop reading v1', share: 8 },
  finished: { title: 'the load has ended, everything is handled', share: 0 },
} as const;

export type Phase = keyof typeof phases;

/** When a phase began, as RFC 3339. */
export interface PhaseEntry {
  readonly phase: Phase;
  readonly at: string;
}

/** From the first v1 event to the retirement of v1: for a cluster that nobody else uses. */
export const wholeLife: readonly Phase[] = (Object.keys(phases) as Phase[]).filter(
  (phase) => phase !== 'v2-only',
);

/** Without announcement and retirement, which would concern everybody: for a cluster that others use too. */
export const changeover: readonly Phase[] = [
  'v1-only',
  'reminders-stopped',
  'lending-upgraded',
  'reminders-bound',
  'statistics-upgraded',
  'statistics-bound',
  'statistics-back',
  'statistics-forward',
  'v2-only',
  'v1-dropped',
  'finished',
];

/** A phase in its story, and up to which part of all events the load goes in it. */
export interface Chapter {
  readonly phase: Phase;
  readonly until: number;
}

/** Shares the load out over the phases of a story. */
export const chaptersOf = (story: readonly Phase[]): readonly Chapter[] => {
  const sum = (some: readonly Phase[]) => some.reduce((total, phase) => total + phases[phase].share, 0);
  const all = sum(story);
  return story.map((phase, index) => ({ phase, until: sum(story.slice(0, index + 1)) / all }));
};
