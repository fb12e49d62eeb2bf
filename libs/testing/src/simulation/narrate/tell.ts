import type { HistoryEntry } from '../history';

/** Says one happening in words; `time` writes an instant of the broker's clock. */
export const tell = (entry: HistoryEntry, time: (at: number) => string): string => {
  switch (entry.kind) {
    case 'publish-called':
      return `${entry.process} is asked to publish (call ${entry.call}, key ${entry.key})`;
    case 'publish-ended':
      return `the caller of call ${entry.call} is told: ${entry.outcome}${entry.id === undefined ? '' : ` as ${entry.id}`}${entry.code === undefined ? '' : ` (${entry.code})`}`;
    case 'row-settled':
      return `the database has ${entry.how.replace('-', ' ')} ${entry.id} of call ${entry.call} in the outbox (key ${entry.key})`;
    case 'record-stored':
      return tellRecord(entry, time);
    case 'transaction-ended':
      return `the broker ${entry.how === 'commit' ? 'commits' : 'aborts'} what ${entry.producer} wrote before ${entry.markers.map(placeOf).join(', ')}`;
    case 'producer-connected':
      return `${entry.process} becomes the producer ${entry.transactionalId}`;
    case 'published-again':
      return `${entry.id} of ${entry.source} is published, and again under the same id`;
    case 'disturbed':
      return entry.text;
    case 'offsets-expired':
      return `the committed offsets of ${entry.group} expire`;
    case 'retention':
      return `retention deletes ${entry.topic}[${entry.partition}] below ${entry.offset}`;
    case 'faults-over':
      return 'the faults are over';
    case 'ended':
      return `the run ends${entry.pending.length === 0 ? '' : `, unsettled: ${entry.pending.join('; ')}`}`;
    case 'end-read':
      return `${entry.process} reads the end of ${entry.topic}[${entry.partition}]: ${entry.end}`;
    default:
      return tellMore(entry, time);
  }
};

type Of<K extends HistoryEntry['kind']> = Extract<HistoryEntry, { kind: K }>;

type MemberKind =
  | 'joined'
  | 'log-read'
  | 'position'
  | 'handler-began'
  | 'handler-ended'
  | 'handler-failed'
  | 'effect-committed'
  | 'heartbeat-confirmed'
  | 'offset-committed';

type ControlKind = 'entry-stored' | 'entry-delivered' | 'timeline-seen' | 'verdict-given' | 'script-ended';

const tellMore = (entry: Of<MemberKind | ControlKind>, time: (at: number) => string): string =>
  'generation' in entry ? tellMember(entry, time) : tellControl(entry, time);

const tellMember = (entry: Of<MemberKind>, time: (at: number) => string): string => {
  const who = `${entry.process} (generation ${entry.generation})`;
  switch (entry.kind) {
    case 'joined': {
      const owns = entry.assignment.map(
        (place) =>
          `${place.topic}[${place.partition}]${place.committed === undefined ? '' : `@${place.committed}`}`,
      );
      return `${who} joins and owns ${owns.length === 0 ? 'nothing' : owns.join(', ')}`;
    }
    case 'log-read':
      return `${who} has read the control log: ${entry.upTo} entries`;
    case 'position':
      return `${who} passes ${entry.topic}[${entry.partition}] from ${entry.from} to ${entry.next}`;
    case 'heartbeat-confirmed':
      return `${who} is confirmed alive, as of ${time(entry.sentAt)}`;
    case 'offset-committed': {
      const what = `${entry.topic}[${entry.partition}] up to ${entry.offset}`;
      return entry.outcome === 'taken' ? `${who} commits ${what}` : `${who} is refused to commit ${what}`;
    }
    case 'effect-committed':
      return `the effect of ${entry.id} as v${entry.version} by ${who} is committed`;
    case 'handler-began':
    case 'handler-ended':
    case 'handler-failed': {
      const verb = { 'handler-began': 'begins', 'handler-ended': 'handled', 'handler-failed': 'fails on' };
      const attempt = entry.attempt > 1 ? `, attempt ${entry.attempt}` : '';
      return `${who} ${verb[entry.kind]} ${entry.id} as v${entry.version} from ${placeOf(entry)}${attempt}`;
    }
  }
};

const tellControl = (entry: Of<ControlKind>, time: (at: number) => string): string => {
  switch (entry.kind) {
    case 'entry-stored':
      return `${entry.process} writes entry ${entry.offset}: ${tellValue(entry.value, time)}`;
    case 'entry-delivered':
      return `${entry.process} reads entry ${entry.offset}`;
    case 'timeline-seen': {
      const line = entry.timeline.map(({ since, version }) => `v${version} from ${time(since)} on`);
      return `${entry.process} takes ${entry.group} to be bound to ${line.join(', ')} (after ${entry.read} entries)`;
    }
    case 'verdict-given': {
      const group = entry.group === undefined ? '' : ` for ${entry.group}`;
      return `${entry.process} is told that ${entry.question} v${entry.version}${group} is ${entry.verdict}`;
    }
    case 'script-ended':
      return `${entry.process} ends (${entry.script}): ${entry.result}`;
  }
};

const tellRecord = (
  { key, headers, timestamp, transactionOf, ...place }: Of<'record-stored'>,
  time: (at: number) => string,
): string => {
  const versions = headers.ce_publishedversions;
  const published = versions === undefined ? '' : `, published as ${versions}`;
  const by = transactionOf === undefined ? 'outside a transaction' : `by ${transactionOf}`;
  return `${headers.ce_id ?? 'a foreign record'} is stored at ${placeOf(place)} ${by} (key ${key}, created ${time(timestamp)}${published})`;
};

const placeOf = ({
  topic,
  partition,
  offset,
}: {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}): string => `${topic}[${partition}]@${offset}`;

const instants: ReadonlySet<string> = new Set(['since', 'decideBy', 'deadline', 'until', 'vetoUntil']);
const untold: ReadonlySet<string> = new Set(['schemaVersion', 'reason', 'kind', 'certificate', 'by']);

const tellValue = (value: unknown, time: (at: number) => string): string => {
  if (typeof value !== 'object' || value === null) return 'not readable';
  const fields = Object.entries(value)
    .filter(([name]) => !untold.has(name))
    .map(([name, one]) => `${name} ${instants.has(name) ? time(Number(one)) : text(one)}`);
  return `${text((value as { readonly kind?: unknown }).kind)} (${fields.join(', ')})`;
};

const text = (value: unknown): string => (Array.isArray(value) ? `[${value.join(', ')}]` : String(value));
