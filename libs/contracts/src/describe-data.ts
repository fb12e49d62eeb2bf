/** `["books", "0", "isbn"]` as `$.books[0].isbn`. */
export const dataPath = (path: readonly string[]): string =>
  `$${path.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`)).join('')}`;

/** A value as an error message shows it: short, and telling text from numbers. */
export const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol')
    return typeof value;
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'an invalid Date';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};
