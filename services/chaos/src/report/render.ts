import type { createColors } from 'picocolors';
import type { Summary } from './summary';

type Colors = ReturnType<typeof createColors>;

const shownViolations = 40;

/** The report of a run; its last line is the sum. */
export const renderSummary = (summary: Summary, colors: Colors): string =>
  [
    ...table(summary, colors),
    '',
    `${summary.parts} of ${summary.allParts} parts, ${summary.published} events published, ${summary.handled} handled, ${summary.redelivered} redelivered, ${summary.holds} holds`,
    recoveryLine(summary),
    ...edgeLines(summary.edges),
    ...(summary.surprises > 0
      ? [`${summary.surprises} workers ended by themselves and were started again`]
      : []),
    ...found(summary, colors),
    lastLine(summary),
    '',
  ].join('\n');

const edgeLines = (edges: Summary['edges']): readonly string[] => {
  if ('skipped' in edges) return [`outbox and inbox: skipped: ${edges.skipped}`];
  const { committed, rolledBack, repeated, effects } = edges;
  return [
    `outbox: ${committed} rows committed, ${rolledBack} rolled back on purpose, ${repeated} published more than once`,
    `inbox: ${effects.taken} effects, ${effects.lost} effects lost, ${effects.doubled} doubled, ${effects.outOfOrder} out of order`,
  ];
};

const recoveryLine = ({ recovery: { median, p99, max, samples } }: Summary): string =>
  `recovery, from healed to the first event handled on a stream: median ${median} ms, p99 ${p99} ms, max ${max} ms (${samples} samples)`;

const table = ({ rows }: Summary, colors: Colors): readonly string[] => {
  const line = (fault: string, wanted: string, done: string, skipped: string): string =>
    `${fault.padEnd(22)}${wanted.padStart(9)}${done.padStart(9)}  ${skipped}`.trimEnd();
  return [
    colors.bold(line('fault', 'wanted', 'done', '')),
    ...rows
      .filter(({ wanted, done }) => wanted > 0 || done > 0)
      .map(({ fault, wanted, done, skipped }) => {
        const text = line(
          fault,
          String(wanted),
          String(done),
          skipped === undefined ? '' : `skipped: ${skipped}`,
        );
        return done < wanted ? colors.yellow(text) : text;
      }),
  ];
};

const found = ({ violations, counts }: Summary, colors: Colors): readonly string[] => [
  ...violations
    .slice(0, shownViolations)
    .map(({ part, check, text }) => colors.red(`part ${part}: ${check}: ${text}`)),
  ...(violations.length > shownViolations
    ? [colors.red(`and ${violations.length - shownViolations} more; they are in result.json of their parts`)]
    : []),
  ...(counts.wrong > 0
    ? [colors.red(`${counts.wrong} other findings: decisions, commits, aborted reads, leaks`)]
    : []),
];

const lastLine = ({ changeovers, faults, counts }: Summary): string =>
  [
    `${changeovers} changeovers`,
    `${faults} faults`,
    `${counts.lost} lost`,
    `${counts.doubled} doubled`,
    `${counts.torn} torn`,
    `${counts['out-of-order']} out of order`,
    `${counts.stuck} stuck`,
  ].join(', ');
