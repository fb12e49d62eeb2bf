import { createHash } from 'node:crypto';
import { type Entry, names, number, text } from './entry';
import {
  type Deprecation,
  type Effect,
  type FoldState,
  type GroupLine,
  type Logged,
  type TypeLine,
  typeLine,
  voidBecause,
} from './state';

/** What is logged about the versions of an event type, apart from bindings. */
export const foldDeprecation = (state: FoldState, entry: Entry, logged: Logged): Effect => {
  const line = typeLine(state, text(entry, 'eventType'));
  if (entry.kind === 'announced') return announce(line, entry, logged);
  const deprecation = line.deprecations.get(number(entry, 'version'));
  if (deprecation === undefined) return voidBecause('not announced');
  return judge(state, line, { deprecation, entry, logged });
};

interface About {
  readonly deprecation: Deprecation;
  readonly entry: Entry;
  readonly logged: Logged;
}

const judge = (state: FoldState, line: TypeLine, about: About): Effect => {
  switch (about.entry.kind) {
    case 'deadline-moved':
    case 'vetoed':
    case 'veto-withdrawn':
    case 'deprecated-allowed':
      return about.deprecation.phase === 'deprecated'
        ? inTheWindow(line, about)
        : voidBecause('the version is over');
    case 'retiring':
      return retire(state, line, about);
    case 'retiring-acknowledged':
    case 'retiring-withdrawn':
    case 'writes-refused':
      return about.deprecation.phase === 'retiring'
        ? whileRetiring(line, about)
        : voidBecause('the version is not retiring');
    case 'final':
      return end(line, about);
    default:
      return drop(state, line, about);
  }
};

const announce = (line: TypeLine, entry: Entry, { at }: Logged): Effect => {
  const [from, to, deadline] = [number(entry, 'from'), number(entry, 'to'), number(entry, 'deadline')];
  const vetoUntil = typeof entry.vetoUntil === 'number' ? entry.vetoUntil : undefined;
  const isVoid =
    line.deprecations.has(from) ||
    number(entry, 'expectedRevision') !== line.revision ||
    from === to ||
    line.deprecations.has(to) ||
    deadline <= at ||
    (vetoUntil !== undefined && (vetoUntil <= at || vetoUntil > deadline));
  if (isVoid) return voidBecause('announced twice, or at a wrong time');
  line.deprecations.set(from, {
    version: from,
    deadline,
    vetoUntil,
    vetoes: new Map(),
    allowed: new Set(),
    phase: 'deprecated',
    attempts: 0,
    publishers: new Set(),
    acknowledged: new Map(),
    completed: false,
    ends: undefined,
    finalAt: undefined,
    dropped: new Map(),
  });
  line.revision += 1;
  return { kind: 'other' };
};

const inTheWindow = (line: TypeLine, { deprecation, entry, logged: { at } }: About): Effect => {
  const { vetoes, vetoUntil, allowed } = deprecation;
  const group = text(entry, 'group');
  switch (entry.kind) {
    case 'deadline-moved':
      if (number(entry, 'expectedRevision') !== line.revision) return voidBecause('outdated');
      if (number(entry, 'deadline') <= deprecation.deadline) return voidBecause('not later');
      deprecation.deadline = number(entry, 'deadline');
      break;
    case 'vetoed':
      if (vetoUntil !== undefined && at >= vetoUntil) return voidBecause('too late for a veto');
      if (number(entry, 'until') <= at) return voidBecause('a veto that has ended');
      vetoes.set(group, number(entry, 'until'));
      break;
    case 'veto-withdrawn':
      if (at >= (vetoes.get(group) ?? 0)) return voidBecause('no veto in force');
      vetoes.delete(group);
      break;
    default:
      if (allowed.has(group)) return voidBecause('allowed already');
      allowed.add(group);
      return { kind: 'other' };
  }
  line.revision += 1;
  return { kind: 'other' };
};

const retire = (state: FoldState, line: TypeLine, { deprecation, entry, logged }: About): Effect => {
  if (number(entry, 'expectedRevision') !== line.revision) return voidBecause('outdated');
  const listed = names(entry, 'publishers');
  if (deprecation.phase === 'retiring') {
    const before = deprecation.publishers.size;
    for (const publisher of listed) deprecation.publishers.add(publisher);
    if (deprecation.publishers.size === before) return voidBecause('retiring already');
    line.revision += 1;
    return { kind: 'other' };
  }
  const objection = objectionToRetiring(state, line, { deprecation, entry, logged });
  if (objection !== undefined) return voidBecause(objection);
  deprecation.phase = 'retiring';
  deprecation.attempts += 1;
  deprecation.publishers = new Set(listed);
  deprecation.acknowledged = new Map();
  deprecation.completed = false;
  complete(deprecation);
  line.revision += 1;
  return { kind: 'other' };
};

const objectionToRetiring = (
  state: FoldState,
  line: TypeLine,
  { deprecation, entry, logged: { at } }: About,
): string | undefined => {
  if (deprecation.phase !== 'deprecated') return 'retiring already';
  if (at < deprecation.deadline) return 'before the deadline';
  for (const until of deprecation.vetoes.values()) if (at < until) return 'a veto is in force';
  const over = versionsOver(line);
  for (const group of state.groups.get(line.eventType)?.values() ?? []) {
    if (deprecation.dropped.has(group.group)) continue;
    if (!isPast(group, deprecation.version, { at, over })) return `${group.group} is not bound past it`;
  }
  return isCertified(entry, 'stop') ? undefined : 'no certificate that says safe';
};

const complete = (deprecation: Deprecation): void => {
  if ([...deprecation.publishers].every((one) => deprecation.acknowledged.has(one)))
    deprecation.completed = true;
};

const whileRetiring = (line: TypeLine, { deprecation, entry, logged }: About): Effect => {
  switch (entry.kind) {
    case 'retiring-acknowledged': {
      const publisher = text(entry, 'publisher');
      if (number(entry, 'attempt') !== deprecation.attempts) return voidBecause('another attempt');
      if (deprecation.acknowledged.has(publisher)) return voidBecause('acknowledged already');
      deprecation.acknowledged.set(publisher, logged);
      complete(deprecation);
      return { kind: 'other' };
    }
    case 'retiring-withdrawn':
      if (number(entry, 'expectedRevision') !== line.revision) return voidBecause('outdated');
      if (deprecation.completed) return voidBecause('everybody has acknowledged');
      deprecation.phase = 'deprecated';
      break;
    default:
      if (![...deprecation.publishers].every((one) => deprecation.acknowledged.has(one)))
        return voidBecause('not everybody has acknowledged');
      deprecation.phase = 'writes-refused';
  }
  line.revision += 1;
  return { kind: 'other' };
};

const end = (line: TypeLine, { deprecation, entry, logged }: About): Effect => {
  if (deprecation.phase !== 'writes-refused') return voidBecause('writes are not refused');
  if (!isCertified(entry, 'final')) return voidBecause('no certificate that says safe');
  deprecation.phase = 'retired';
  deprecation.ends = entry.ends as readonly number[];
  deprecation.finalAt = logged;
  line.revision += 1;
  return { kind: 'other' };
};

const drop = (state: FoldState, line: TypeLine, { deprecation, entry, logged }: About): Effect => {
  const group = text(entry, 'group');
  const early = entry.early === true;
  if (deprecation.dropped.has(group)) return voidBecause('dropped already');
  const own = state.groups.get(line.eventType)?.get(group);
  if (own === undefined || own.timeline.length === 0) return voidBecause('not registered');
  if (!early) {
    if (deprecation.phase !== 'retired') return voidBecause('the version is not final');
    const over = versionsOver(line);
    over.delete(deprecation.version);
    if (!isPast(own, deprecation.version, { at: logged.at, over })) return voidBecause('not bound past it');
  }
  if (!isCertified(entry, 'drop', early)) return voidBecause('no certificate that says safe');
  deprecation.dropped.set(group, { early, by: logged });
  line.revision += 1;
  return { kind: 'other' };
};

const versionsOver = (line: TypeLine): Set<number> =>
  new Set(
    [...line.deprecations.values()].filter(({ phase }) => phase !== 'deprecated').map((d) => d.version),
  );

/** Whether a group is bound past a version at a time; one that is not registered is in nobody's way. */
export const isPast = (
  { timeline, open }: GroupLine,
  version: number,
  { at, over }: { at: number; over: ReadonlySet<number> },
): boolean => {
  const last = timeline.at(-1);
  if (last === undefined) return true;
  return open?.version !== version && last.version !== version && !over.has(last.version) && last.since <= at;
};

const isCertified = (entry: Entry, question: string, early = false): boolean => {
  const { digest, ...content } = entry.certificate as Readonly<Record<string, unknown>>;
  const about = content.about as Readonly<Record<string, unknown>> | undefined;
  const isSame =
    about !== undefined &&
    about.question === question &&
    about.eventType === entry.eventType &&
    about.version === entry.version &&
    about.group === entry.group;
  return isSame && (early || content.verdict === 'safe') && digest === digestOf(content);
};

const digestOf = ({ about, verdict, evidence, by, at }: Readonly<Record<string, unknown>>): string =>
  createHash('sha256').update(canonical({ about, verdict, evidence, by, at })).digest('hex');

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, one]) => one !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
};
