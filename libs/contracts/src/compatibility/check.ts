import type { Finding } from '../findings';
import { parseSchema } from '../parse-schema';
import type { AvroSchema } from '../schema-model';
import { codeChanges } from './code-changes';
import { type Obstacle, type ReadingProblem, readingProblems } from './reading';

/** An earlier revision of a version: what it is called in findings, and its schema as JSON. */
export interface EarlierRevision {
  readonly label: string;
  readonly schema: unknown;
}

/** One version of one event type, before and after. */
export interface RevisionCheck {
  readonly eventType: string;
  readonly version: number;
  /** The file that findings point into. */
  readonly file: string;
  readonly earlier: readonly EarlierRevision[];
  readonly schema: unknown;
}

/**
 * Whether a schema may become the next revision of its version: it must read what every earlier revision wrote, and
 * every earlier revision must read what it writes. All obstacles are reported, each once; without any, warnings say
 * where the value in code changes all the same.
 */
export const checkRevision = (check: RevisionCheck): readonly Finding[] => {
  const parsed = parseSchema(check.schema);
  if (parsed.kind === 'invalid') {
    return parsed.problems.map(({ path, reason }) => finding(check, path, reason, 'Mend the schema.'));
  }
  const findings = new Map<string, Finding>();
  for (const earlier of check.earlier) {
    for (const found of against({ check, earlier, schema: parsed.schema })) {
      const key = `${found.jsonPath} ${found.reason.replaceAll(earlier.label, '')}`;
      if (!findings.has(key)) findings.set(key, found);
    }
  }
  if (findings.size > 0) return [...findings.values()];
  return warnings(check, parsed.schema);
};

/** Against the latest revision: what is compatible on the wire, and still asks for changes in code. */
const warnings = (check: RevisionCheck, schema: AvroSchema): readonly Finding[] => {
  const latest = check.earlier.at(-1);
  const before = latest === undefined ? undefined : parseSchema(latest.schema);
  if (before?.kind !== 'valid') return [];
  return codeChanges(before.schema, schema).map(({ jsonPath, reason }) => ({
    ...finding(
      check,
      jsonPath,
      reason,
      'Expect to change code that uses the field when it is next compiled.',
    ),
    severity: 'warning',
  }));
};

interface Comparison {
  readonly check: RevisionCheck;
  readonly earlier: EarlierRevision;
  readonly schema: AvroSchema;
}

const against = ({ check, earlier, schema }: Comparison): readonly Finding[] => {
  const old = parseSchema(earlier.schema);
  if (old.kind === 'invalid') {
    const reasons = old.problems.map(({ reason }) => reason).join('; ');
    return [
      finding(
        check,
        '$',
        `${earlier.label} is no valid schema itself (${reasons})`,
        'Compare with the registry instead, or begin a new version.',
      ),
    ];
  }
  const advice = `begin a new version (\`baton schema new-version ${check.eventType}\`)`;
  const backward = readingProblems(schema, old.schema).map((problem) =>
    finding(
      check,
      problem.readerPath,
      backwardReason(problem, earlier.label),
      whatToDo(problem.obstacle, 'backward', advice),
    ),
  );
  const forward = readingProblems(old.schema, schema).map((problem) =>
    finding(
      check,
      problem.writerPath,
      forwardReason(problem, earlier.label),
      whatToDo(problem.obstacle, 'forward', advice),
    ),
  );
  return [...backward, ...forward];
};

const finding = (check: RevisionCheck, jsonPath: string, reason: string, todo: string): Finding => ({
  severity: 'error',
  file: check.file,
  jsonPath,
  reason,
  whatToDo: todo,
});

const backwardReason = ({ obstacle }: ReadingProblem, label: string): string => {
  if (obstacle.kind === 'missing-field') {
    return `the new field "${obstacle.field}" has no default, so events written with ${label} cannot be read`;
  }
  return `events written with ${label} cannot be read: ${describe(obstacle, 'the new schema', label)}`;
};

const forwardReason = ({ obstacle }: ReadingProblem, label: string): string => {
  if (obstacle.kind === 'missing-field') {
    return `the field "${obstacle.field}" of ${obstacle.record} is gone, and ${label} has no default for it, so subscribers that still use it cannot read new events`;
  }
  return `subscribers that still use ${label} cannot read new events: ${describe(obstacle, label, 'the new schema')}`;
};

const describe = (
  obstacle: Exclude<Obstacle, { kind: 'missing-field' }>,
  reader: string,
  writer: string,
): string => {
  switch (obstacle.kind) {
    case 'ambiguous-field':
      return `name and aliases of "${obstacle.field}" in ${reader} match ${obstacle.matches.join(' and ')} of ${writer}`;
    case 'type':
    case 'branch':
      return `${writer} has ${obstacle.writer}, which cannot be read as the ${obstacle.reader} of ${reader}`;
    case 'name':
      return `${writer} calls it ${obstacle.writer}, ${reader} calls it ${obstacle.reader} without such an alias`;
    case 'symbols':
      return `${obstacle.enumeration} of ${reader} does not know ${obstacle.symbols.join(', ')} and has no default`;
    case 'size':
      return `${writer} has ${obstacle.writer} bytes, ${reader} has ${obstacle.reader}`;
    case 'logical':
      return `the bytes mean ${obstacle.writer} in ${writer}, and ${obstacle.reader} in ${reader}`;
  }
};

const whatToDo = ({ kind }: Obstacle, direction: 'backward' | 'forward', advice: string): string => {
  if (kind === 'missing-field') {
    return direction === 'backward'
      ? `Give the field a default, or ${advice}.`
      : `Keep the field, or ${advice}.`;
  }
  if (kind === 'name') return `Keep the name, or ${advice}.`;
  if (kind === 'symbols') return `Keep the symbols as they were, or ${advice}.`;
  if (kind === 'ambiguous-field') return `Take the alias away, or ${advice}.`;
  return `Keep the type, or ${advice}.`;
};
