/** The widest line that the formatter leaves alone. */
export const lineWidth = 110;

/** JSON as a TypeScript literal, laid out as the formatter would; `column` is where it starts on its line. */
export const literal = (value: unknown, { indent, column }: { indent: number; column: number }): string => {
  const flat = flatLiteral(value);
  // One more column for the comma after it.
  if (flat !== undefined && column + flat.length + 1 <= lineWidth) return flat;
  const pad = ' '.repeat(indent + 2);
  const close = ' '.repeat(indent);
  if (Array.isArray(value)) {
    const items = value.map(
      (item: unknown) => `${pad}${literal(item, { indent: indent + 2, column: indent + 2 })},\n`,
    );
    return isNumberList(value) ? filled(value, indent) : `[\n${items.join('')}${close}]`;
  }
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => {
      const start = `${pad}${propertyName(key)}: `;
      const text = literal(item, { indent: indent + 2, column: start.length });
      return isLongString(item, start, text) && propertyName(key).length >= shortKey
        ? `${pad}${propertyName(key)}:\n${pad}  ${text},\n`
        : `${start}${text},\n`;
    });
    return `{\n${entries.join('')}${close}}`;
  }
  return flat ?? 'null';
};

/** Text in quotes: single ones, unless double ones need fewer escapes. */
export const quoted = (text: string): string => {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  const singles = text.split("'").length;
  const doubles = text.split('"').length;
  return singles > doubles ? `"${escaped.replaceAll('"', '\\"')}"` : `'${escaped.replaceAll("'", "\\'")}'`;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const propertyName = (key: string): string => (/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(key) ? key : quoted(key));

/** On one line; `undefined` where the formatter insists on several. */
const flatLiteral = (value: unknown): string | undefined => {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return flatList(value);
  if (!isObject(value)) return JSON.stringify(value) ?? 'undefined';
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const items = entries.map(([key, item]) => {
    const flat = flatLiteral(item);
    return flat === undefined ? undefined : `${propertyName(key)}: ${flat}`;
  });
  return items.every((item) => item !== undefined) ? `{ ${items.join(', ')} }` : undefined;
};

const flatList = (list: readonly unknown[]): string | undefined => {
  const allObjects = list.every((item) => isObject(item) && Object.keys(item).length > 1);
  const allLists = list.every((item) => Array.isArray(item) && item.length > 1);
  if (list.length > 1 && (allObjects || allLists)) return undefined;
  const items = list.map(flatLiteral);
  return items.every((item) => item !== undefined) ? `[${items.join(', ')}]` : undefined;
};

/** After a shorter key a long text stays on the same line. */
const shortKey = 5;

const isLongString = (value: unknown, start: string, text: string): boolean =>
  typeof value === 'string' && start.length + text.length + 1 > lineWidth;

const isNumberList = (list: readonly unknown[]): boolean =>
  list.length > 0 && list.every((item) => typeof item === 'number');

/** Numbers are filled into lines, not set one below the other. */
const filled = (list: readonly unknown[], indent: number): string => {
  const pad = ' '.repeat(indent + 2);
  const lines: string[] = [];
  for (const item of list) {
    const text = `${JSON.stringify(item)},`;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + text.length <= lineWidth)
      lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(`${pad}${text}`);
  }
  return `[\n${lines.join('\n')}\n${' '.repeat(indent)}]`;
};
