const dayMillis = 86_400_000;

/** Days since 1970-01-01; `undefined` if `text` is not a day of the calendar written `YYYY-MM-DD`. */
export const daysFromDate = (text: string): number | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const millis = Date.parse(`${text}T00:00:00.000Z`);
  return Number.isNaN(millis) || isoText(millis).slice(0, 10) !== text ? undefined : millis / dayMillis;
};

/** Throws outside the years 0 to 9999. */
export const dateFromDays = (days: number): string => isoText(days * dayMillis).slice(0, 10);

/** Milliseconds or microseconds since 1970; `undefined` unless `text` has that form and names a real moment. */
export const microsFromText = (text: string, unitsPerMilli: 1 | 1000, zone: 'Z' | ''): number | undefined => {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(Z?)$/.exec(text);
  if (match?.[1] === undefined || match[3] !== zone) return undefined;
  const fraction = match[2] ?? '';
  if (unitsPerMilli === 1 && fraction.length > 3) return undefined;
  const millis = Date.parse(`${match[1]}.000Z`);
  if (Number.isNaN(millis) || isoText(millis).slice(0, 19) !== match[1]) return undefined;
  const units = Number(fraction.padEnd(unitsPerMilli === 1 ? 3 : 6, '0'));
  const total = millis * unitsPerMilli + units;
  return Number.isSafeInteger(total) ? total : undefined;
};

/** The text that `microsFromText` reads. Throws outside the years 0 to 9999. */
export const textFromMicros = (value: number, unitsPerMilli: 1 | 1000, zone: 'Z' | ''): string => {
  const perSecond = 1000 * unitsPerMilli;
  const seconds = Math.floor(value / perSecond);
  const fraction = String(value - seconds * perSecond).padStart(unitsPerMilli === 1 ? 3 : 6, '0');
  return `${isoText(seconds * 1000).slice(0, 19)}.${fraction}${zone}`;
};

const isoText = (millis: number): string => {
  const text = new Date(millis).toISOString();
  if (text.length !== 24) throw new RangeError('an instant outside the years 0 to 9999');
  return text;
};

/** Whether `text` is a UUID in its usual spelling. */
export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
