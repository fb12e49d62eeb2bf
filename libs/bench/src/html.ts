import { absenceOf, formatFigure, unitText, verdictWords } from './format';
import type { BenchDocument, ContenderResult, RowResult } from './results';
import type { Measure } from './row';
import { rangeOf } from './statistics';
import { contenderCells } from './table';

/** The results as one page that needs nothing else: charts are SVG in it, and there is no script. */
export const renderHtml = (document: BenchDocument): string => {
  const { machine, rows, rounds, size, state, startedAt } = document;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const facts = [
    `${startedAt}, ${size} run, ${rounds} rounds${state === 'interrupted' ? ', interrupted' : ''}`,
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}`,
    [`Node ${machine.node}`, ...versions, machine.commit === undefined ? [] : `Baton ${machine.commit}`]
      .flat()
      .join(', '),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Baton: benchmarks</title>
<style>${style}</style>
</head>
<body>
<h1>Baton: benchmarks</h1>
<p>${facts.map(escapeHtml).join('<br>')}</p>
<p>Bars are medians over all rounds; the thin line goes from the smallest to the largest figure.</p>
${rows.map(rowSection).join('\n')}
</body>
</html>
`;
};

const style = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1d2430; background: #fff }
h2 { margin-top: 2.5rem } h3 { font-size: 1rem; margin-bottom: 0 }
table { border-collapse: collapse; margin: .5rem 0 1rem } th, td { text-align: left; padding: .15rem .9rem .15rem 0 }
td + td { font-variant-numeric: tabular-nums; text-align: right } td[colspan] { text-align: left; color: #6b7280 }
.reached { color: #14713d } .not-reached { color: #a3221b } .not-compared { color: #6b7280 }
svg { max-width: 100%; height: auto; font: 13px system-ui, sans-serif }`;

const rowSection = (row: RowResult): string => {
  const targets = row.targets.map(
    ({ measure, text, verdict, because }) =>
      `<li class="${verdict}">${escapeHtml(`${measure}: ${text}: ${verdictWords[verdict]}${because === undefined ? '' : `. ${because}`}`)}</li>`,
  );
  return `<section id="${escapeHtml(row.name)}">
<h2>${escapeHtml(row.title)}</h2>
${row.how === undefined ? '' : `<p>${escapeHtml(row.how)}</p>`}
${row.measures.map((measure) => measureFigure(row, measure)).join('\n')}
<ul>${targets.join('')}</ul>
</section>`;
};

const measureFigure = (row: RowResult, measure: Measure): string => `<h3>${escapeHtml(measure.title)}</h3>
<p>${escapeHtml(unitText(measure))}</p>
${chart(row, measure)}
<table><tr><th></th><th>median</th><th>range</th><th>${escapeHtml(row.contenders[0]?.name ?? '')} / it</th></tr>
${row.contenders.map((contender) => tableLine(contenderCells(row, contender, measure))).join('\n')}
</table>`;

const tableLine = (cells: readonly string[]): string => {
  const span = cells.length === 2 ? ' colspan="3"' : '';
  return `<tr>${cells.map((cell, i) => `<td${i === 1 ? span : ''}>${escapeHtml(cell)}</td>`).join('')}</tr>`;
};

const chartSize = { width: 720, label: 170, figure: 90, line: 28, bar: 16 };

const chart = (row: RowResult, measure: Measure): string => {
  const { width, line } = chartSize;
  const largest = Math.max(...row.contenders.flatMap(({ runs }) => rangeOf(runs, measure.name)?.[1] ?? []));
  const lines = row.contenders.map((contender, i) =>
    chartLine(contender, { measure, largest, top: i * line, first: i === 0 }),
  );
  const height = line * row.contenders.length;
  return `<svg role="img" aria-label="${escapeHtml(measure.title)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${lines.join('')}</svg>`;
};

const chartLine = (
  contender: ContenderResult,
  { measure, largest, top, first }: { measure: Measure; largest: number; top: number; first: boolean },
): string => {
  const { label, width, figure, bar } = chartSize;
  const text = (x: number, what: string) => `<text x="${x}" y="${top + 17}">${escapeHtml(what)}</text>`;
  const range = rangeOf(contender.runs, measure.name);
  const middle = contender.medians[measure.name];
  if (range === undefined || middle === undefined || !(largest > 0))
    return text(0, contender.name) + text(label, absenceOf(contender) === undefined ? '-' : 'no figure');
  const x = (value: number) => label + ((width - label - figure) * Math.max(0, value)) / largest;
  const y = top + 4 + bar / 2;
  const shape = `<rect x="${label}" y="${top + 4}" width="${(x(middle) - label).toFixed(1)}" height="${bar}" fill="${first ? '#2f6fde' : '#a9b4c4'}"/>`;
  const whisker = `<line x1="${x(range[0]).toFixed(1)}" x2="${x(range[1]).toFixed(1)}" y1="${y}" y2="${y}" stroke="#1d2430"/>`;
  return text(0, contender.name) + shape + whisker + text(x(range[1]) + 6, formatFigure(middle));
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
