import fc from 'fast-check';
import { dateFromDays, daysFromDate, microsFromText, textFromMicros } from './calendar';

describe('calendar texts', () => {
  it('come back exactly', () => {
    const day = fc.integer({ min: -719_000, max: 2_900_000 });
    fc.assert(fc.property(day, (days) => expect(daysFromDate(dateFromDays(days))).toBe(days)));
    const micros = fc.integer({ min: -9e15, max: 9e15 });
    fc.assert(
      fc.property(micros, (value) => {
        expect(microsFromText(textFromMicros(value, 1000, 'Z'), 1000, 'Z')).toBe(value);
      }),
    );
  });

  it('count from 1970, before it and after it', () => {
    expect(daysFromDate('1969-12-31')).toBe(-1);
    expect(textFromMicros(-1, 1000, 'Z')).toBe('1969-12-31T23:59:59.999999Z');
    expect(textFromMicros(-1, 1, '')).toBe('1969-12-31T23:59:59.999');
  });

  it.each(['2026-02-29', '2026-13-01', '2026-1-1', '20260101', '2026-01-01T00:00:00Z', ''])(
    'refuse the day "%s"',
    (text) => {
      expect(daysFromDate(text)).toBeUndefined();
    },
  );

  it('refuse a zone where there is none, none where there is one, and digits beyond the unit', () => {
    expect(microsFromText('2026-01-01T00:00:00.000Z', 1, '')).toBeUndefined();
    expect(microsFromText('2026-01-01T00:00:00.000', 1000, 'Z')).toBeUndefined();
    expect(microsFromText('2026-01-01T00:00:00.0001', 1, '')).toBeUndefined();
    expect(microsFromText('2026-02-30T00:00:00', 1, '')).toBeUndefined();
  });
});
