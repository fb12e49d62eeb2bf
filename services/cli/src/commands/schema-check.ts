import {
  type Catalog,
  compatibilityFindings,
  type Finding,
  gitRevisions,
  hasErrors,
  registryRevisions,
} from '@baton/contracts';
import { z } from 'zod';
import type { Style } from '../output/style';
import { chosenCatalogWithFindings } from './catalog-input';
import { defineCommand } from './command';
import { list, schemaVersion, versionNumber } from './document-parts';

const output = z.strictObject({
  schemaVersion,
  folder: z.string(),
  against: z.string(),
  compatible: z.boolean(),
  checked: list(z.strictObject({ eventType: z.string(), versions: list(versionNumber) })),
  findings: list(
    z.strictObject({
      file: z.string(),
      jsonPath: z.string(),
      severity: z.enum(['error', 'warning']),
      reason: z.string(),
      whatToDo: z.string(),
    }) satisfies z.ZodType<Finding>,
  ),
});

/** `baton schema check` */
export const schemaCheck = defineCommand({
  path: ['schema', 'check'],
  summary: 'Check every version against all its earlier revisions',
  details: [
    'Within a version every change must be compatible in both directions with every earlier revision. All findings are shown, each with file, place, reason and what to do.',
    '`--against git:REVISION` takes the revisions from the history of the files instead of the registry, so that it needs nothing that runs.',
  ],
  arguments: [{ syntax: '[type]', describes: 'only this event type' }],
  options: [
    { flags: '--against <source>', describes: 'registry (default), or git:REVISION such as git:main' },
  ],
  exits: ['incompatible'],
  examples: ['baton schema check', 'baton schema check lending.BooksBorrowed --against git:main'],
  input: z.object({
    type: z.string().optional(),
    against: z
      .string()
      .regex(/^(registry|git:.+)$/, {
        error: ({ input }) => `Expected registry, or git: and a revision, got "${input}".`,
      })
      .default('registry'),
  }),
  output,
  run: async ({ type, against }, context) => {
    const catalog = chosenCatalogWithFindings(context, type);
    const source =
      against === 'registry'
        ? registryRevisions(context.registry())
        : gitRevisions({ folder: catalog.folder, against: against.slice('git:'.length) });
    const incompatibilities = await compatibilityFindings(catalog, source);
    const findings = [...catalog.findings, ...incompatibilities];
    const compatible = !hasErrors(findings);
    return {
      document: {
        schemaVersion: 1,
        folder: catalog.folder,
        against,
        compatible,
        checked: checkedTypes(catalog),
        findings,
      },
      exit: compatible ? 'ok' : hasErrors(incompatibilities) ? 'incompatible' : 'failure',
      ...(compatible ? { next: 'baton schema register' } : {}),
    };
  },
  render: ({ findings, checked, against }, style) =>
    [
      ...findings.map((finding) => findingText(finding, style)),
      findings.length === 0
        ? `${style.good('compatible')} with ${against}: ${checked.map(({ eventType, versions }) => `${eventType} ${versions.map((v) => `v${v}`).join(' ')}`).join(', ')}`
        : `${findings.length} finding(s) against ${against}`,
    ].join('\n'),
});

const checkedTypes = ({ schemas }: Catalog): z.output<typeof output>['checked'] =>
  [...new Set(schemas.map(({ eventType }) => eventType))].map((eventType) => ({
    eventType,
    versions: schemas.flatMap((one) => (one.eventType === eventType ? [one.version] : [])),
  }));

const findingText = ({ severity, file, jsonPath, reason, whatToDo }: Finding, style: Style): string => {
  const label = severity === 'error' ? style.bad(severity) : style.warning(severity);
  return `${label} ${style.strong(file)} ${jsonPath}\n  ${reason}\n  ${style.dim('→')} ${whatToDo}`;
};
