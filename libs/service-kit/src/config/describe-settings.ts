import { z } from 'zod';

/** Writes a table of the settings of one service as Markdown, from its schema. */
export const describeSettings = (service: string, schema: z.ZodObject): string =>
  [
    `## ${service}`,
    '',
    '| variable | meaning | expected | default |',
    '|---|---|---|---|',
    ...Object.entries(schema.shape).map(([name, field]) => row(name, field)),
    '',
  ].join('\n');

const row = (name: string, field: z.core.$ZodType): string =>
  `| \`${name}\` | ${descriptionOf(field)} | ${expectationOf(field)} | ${defaultOf(field)} |`;

const descriptionOf = (field: z.core.$ZodType): string => z.globalRegistry.get(field)?.description ?? '';

const expectationOf = (field: z.core.$ZodType): string => {
  const result = z.safeParse(inner(field), null);
  return result.success ? '' : (result.error.issues[0]?.message ?? '');
};

const inner = (field: z.core.$ZodType): z.core.$ZodType =>
  field instanceof z.ZodDefault || field instanceof z.ZodOptional
    ? inner(field.unwrap() as z.core.$ZodType)
    : field;

const defaultOf = (field: z.core.$ZodType): string => {
  if (field instanceof z.ZodOptional) return 'not set';
  const result = z.safeParse(field, undefined);
  return result.success ? `\`${String(result.data)}\`` : 'required';
};

/**
 * Puts the section of one service into a document: over its former section, or at the end. Sections begin with `## `.
 */
export const withSection = (document: string, section: string): string => {
  const title = section.slice(0, section.indexOf('\n') + 1);
  const start = document.indexOf(`\n${title}`);
  if (start < 0) return `${document.trimEnd()}\n\n${section.trimEnd()}\n`;
  const next = document.indexOf('\n## ', start + title.length);
  const after = next < 0 ? '' : `\n${document.slice(next + 1)}`;
  return `${document.slice(0, start + 1)}${section.trimEnd()}\n${after}`;
};
