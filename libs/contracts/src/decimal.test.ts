import fc from 'fast-check';
import { decimalFromText, textFromDecimal } from './decimal';

const limits = { precision: 40, scale: 3, width: undefined };

describe('decimals', () => {
  it('come back exactly, of any size and sign', () => {
    const unscaled = fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n });
    fc.assert(
      fc.property(unscaled, fc.boolean(), (number, small) => {
        const value = small ? number % 10n ** 14n : number;
        const digits = (value < 0n ? -value : value).toString().padStart(4, '0');
        const text = `${value < 0n ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
        for (const width of [undefined, 17, 24]) {
          const bytes = decimalFromText(text, { ...limits, width });
          expect(bytes?.length).toBe(width ?? bytes?.length);
          expect(textFromDecimal(bytes ?? Buffer.alloc(0), 3)).toBe(text);
        }
      }),
    );
  });

  it.each([
    ['0.000', '00'],
    ['0.127', '7f'],
    ['0.128', '0080'],
    ['-0.128', '80'],
    ['-0.129', 'ff7f'],
    ['99999999999.999', '5af3107a3fff'],
    ['-99999999999.999', 'a50cef85c001'],
    ['999999999999.999', '038d7ea4c67fff'],
  ])('%s takes the fewest bytes: %s', (text, hex) => {
    expect(decimalFromText(text, limits)?.toString('hex')).toBe(hex);
    expect(textFromDecimal(Buffer.from(hex, 'hex'), 3)).toBe(text);
  });

  it('take fewer digits after the point than the scale, never more', () => {
    expect(decimalFromText('7', limits)).toEqual(decimalFromText('7.000', limits));
    expect(decimalFromText('7.0001', limits)).toBeUndefined();
  });

  it.each(['', '.5', '5.', '1e3', '+1', ' 1', '1,5', 'NaN'])('refuse "%s"', (text) => {
    expect(decimalFromText(text, limits)).toBeUndefined();
  });

  it('refuse more digits than the precision, or than fit into the bytes', () => {
    expect(decimalFromText('100.0', { precision: 3, scale: 1, width: undefined })).toBeUndefined();
    expect(decimalFromText('0099.9', { precision: 3, scale: 1, width: undefined })).toBeDefined();
    expect(decimalFromText('12.8', { precision: 9, scale: 1, width: 1 })).toBeUndefined();
  });
});
