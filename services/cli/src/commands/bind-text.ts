import type { Style } from '../output/style';
import type { BindDocument } from './bind-document';

/** What `baton bind` prints for people. */
export const renderBind = (document: BindDocument, style: Style): string =>
  [
    headline(document, style),
    ...document.because.map(({ code, text }) => `  ${style.bad(code)}  ${text}`),
    ...document.cautions.map(({ code, text }) => `  ${style.warning(code)}  ${text}`),
    ...timelineText(document, style),
    ...(document.dryRun ? ['', evidenceText(document, style)] : []),
  ].join('\n');

const timelineText = ({ timeline }: BindDocument, style: Style): readonly string[] =>
  timeline.length === 0
    ? []
    : [
        '',
        style.table(
          ['VERSION', 'COUNTS FROM'],
          timeline.map(({ version, since }) => [`v${version}`, since]),
        ),
      ];

const headline = (document: BindDocument, style: Style): string => {
  const { outcome, group, eventType, version } = document;
  const who = `${style.strong(group)} for ${eventType}`;
  const since = document[`BoundToV${version}Since`] ?? '';
  switch (outcome) {
    case 'bound':
      return `${style.good('bound')} ${who}: BoundToV${version}Since ${style.strong(since)}`;
    case 'already-bound':
      return `${style.good('already bound')} ${who}: BoundToV${version}Since ${style.strong(since)}`;
    case 'withdrawn':
      return `${style.warning('withdrawn')} ${who}: not bound to v${version}`;
    case 'refused':
      return `${style.bad('refused')} ${who}${earliest(document)}`;
    case 'planned':
      return `${style.strong('dry run')} ${who}: ${intention(document)}`;
  }
};

const intention = (document: BindDocument): string => {
  const { decision, version } = document;
  switch (decision.kind) {
    case 'propose':
      return `would be bound to v${version} since ${decision.since}`;
    case 'finish':
      return `has an open proposal since ${decision.since}, which would be decided first`;
    case 'already-bound':
      return `is bound to v${version} since ${decision.since} already`;
    case 'refuse':
      return `would be refused${earliest(document)}`;
  }
};

const earliest = ({ decision }: BindDocument): string =>
  decision.earliest === null ? '' : ` (earliest valid instant: ${decision.earliest})`;

const evidenceText = ({ evidence }: BindDocument, style: Style): string =>
  [
    `broker time ${evidence.brokerTime} (from ${evidence.brokerTimeFrom}), lease ${evidence.leaseMs} ms, margin ${evidence.marginMs} ms`,
    `group is ${evidence.state}, members: ${evidence.members.join(', ') || 'none'}`,
    `live publishers: ${evidence.publishers.map(instanceText).join(', ') || 'none known'}`,
    `live handlers: ${evidence.handlers.map(instanceText).join(', ') || 'none known'}`,
    '',
    style.table(
      ['TOPIC', 'PARTITION', 'COMMITTED', 'FIRST AT INSTANT', 'END'],
      evidence.partitions.map(({ topic, partition, committed, firstAtSince, end }) => [
        topic,
        String(partition),
        committed === null ? '-' : String(committed),
        firstAtSince === null ? '-' : String(firstAtSince),
        String(end),
      ]),
    ),
  ].join('\n');

const instanceText = ({
  instance,
  versions,
  ageMs,
}: BindDocument['evidence']['publishers'][number]): string =>
  `${instance} (${versions.map((version) => `v${version}`).join(',')}, ${Math.round(ageMs / 1000)} s ago)`;
