import { formatFigure, unitText, verdictWords } from './format';
import type { BenchDocument, RowResult, TargetResult } from './results';
import { contenderCells } from './table';

/** The reference page: where it was measured, what became of every target, and all figures. */
export const renderDocs = (document: BenchDocument): string => {
  const { machine, rows, rounds, startedAt } = document;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return `# Benchmarks

Written by \`npm run bench -- --docs\`; see [how to run the benchmarks](../how-to/run-the-benchmarks.md). Do not edit by hand.

| | |
|---|---|
| date | ${startedAt.slice(0, 10)} |
| machine | ${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB, shared by broker and clients |
| system | ${machine.system}, Node ${machine.node} |
| versions | ${versions.join(', ')}${machine.commit === undefined ? '' : `, Baton ${machine.commit}`} |
| rounds | ${rounds}; each contender in a fresh process, in turn with the others, on one broker |

Figures are medians over the rounds, with the smallest and the largest. Compare ratios: absolute figures belong to this machine.
A peer that is missing is named, and what needs it is not compared.

## Targets

${targetTable(rows)}
${verdictList(rows, 'not-reached', 'Not reached')}${verdictList(rows, 'not-compared', 'Not compared')}${rows.map(rowText).join('\n')}`;
};

const targetsOf = (rows: readonly RowResult[]): readonly (TargetResult & { readonly row: RowResult })[] =>
  rows.flatMap((row) => row.targets.map((target) => ({ ...target, row })));

const targetTable = (rows: readonly RowResult[]): string => {
  const lines = targetsOf(rows).map(({ row, measure, text, verdict }) => {
    const own = row.contenders[0]?.medians[measure];
    const unit = row.measures.find(({ name }) => name === measure)?.unit ?? '';
    const figure = own === undefined ? '-' : `${formatFigure(own)} ${unit}`;
    return `| [${cell(row.title)}](#${row.name}) | ${cell(text)} | ${figure} | ${verdictWords[verdict]} |`;
  });
  return `| what | target | Baton | verdict |\n|---|---|---|---|\n${lines.join('\n')}\n`;
};

const verdictList = (rows: readonly RowResult[], verdict: TargetResult['verdict'], title: string): string => {
  const found = targetsOf(rows).filter((target) => target.verdict === verdict);
  if (found.length === 0) return '';
  const lines = found.map(({ row, text, because }) => {
    const missing = row.contenders.flatMap(({ name, missing }) =>
      missing === undefined ? [] : `${name} is missing (${missing})`,
    );
    const known = because === undefined ? [] : [because];
    const reasons = verdict === 'not-compared' ? missing : known;
    return `- ${row.title}: ${text}.${reasons.length === 0 ? '' : ` ${reasons.join('; ')}.`.replace('..', '.')}`;
  });
  return `\n### ${title}\n\n${lines.join('\n')}\n`;
};

const rowText = (row: RowResult): string => {
  const measures = row.measures.map((measure) => {
    const first = row.contenders[0]?.name ?? '';
    const lines = row.contenders.map((contender) => {
      const [name = '', median = '', range = '', ratio = ''] = contenderCells(row, contender, measure);
      return `| ${cell(name)} | ${cell(median)} | ${range} | ${ratio} |`;
    });
    return `${measure.title} (${unitText(measure)}):\n\n| | median | range | ${first} / it |\n|---|--:|--:|--:|\n${lines.join('\n')}\n`;
  });
  return `\n<a id="${row.name}"></a>\n\n## ${row.title}\n\n${row.how === undefined ? '' : `${row.how}\n\n`}${measures.join('\n')}`;
};

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
