/** The limits of one Avro decimal; `width` is the size of the fixed under it, if it is one. */
export interface DecimalLimits {
  readonly precision: number;
  readonly scale: number;
  readonly width: number | undefined;
}

/** The two's complement bytes of a decimal text; `undefined` if it does not fit exactly. */
export const decimalFromText = (
  text: string,
  { precision, scale, width }: DecimalLimits,
): Buffer | undefined => {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match?.[2] === undefined) return undefined;
  const fraction = match[3] ?? '';
  if (fraction.length > scale) return undefined;
  const digits = (match[2] + fraction.padEnd(scale, '0')).replace(/^0+(?=\d)/, '');
  if (digits.length > precision) return undefined;
  const sign = match[1] ?? '';
  if (digits.length <= fastDigits) return bytesFromNumber(Number(sign + digits), width);
  return bytesFromBigInt(BigInt(sign + digits), width);
};

/** The decimal text of two's complement bytes, with exactly `scale` digits after the point. */
export const textFromDecimal = (bytes: Uint8Array, scale: number): string => {
  const unscaled = unscaledText(bytes);
  const sign = unscaled.startsWith('-') ? '-' : '';
  const digits = unscaled.slice(sign.length).padStart(scale + 1, '0');
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};

/** Up to here plain numbers do, in at most six bytes; they are several times faster than big integers. */
const fastDigits = 14;
const fastBytes = 6;

const unscaledText = (bytes: Uint8Array): string => {
  if (bytes.length === 0) return '0';
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length <= fastBytes) return String(buffer.readIntBE(0, bytes.length));
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${buffer.toString('hex')}`)).toString();
};

const bytesFromNumber = (value: number, width: number | undefined): Buffer | undefined => {
  let length = 1;
  for (let limit = 128; value < -limit || value >= limit; limit *= 256) length += 1;
  if (width !== undefined && length > width) return undefined;
  const size = width ?? length;
  const bytes = Buffer.alloc(size, value < 0 ? 0xff : 0);
  bytes.writeIntBE(value, size - length, length);
  return bytes;
};

const bytesFromBigInt = (value: bigint, width: number | undefined): Buffer | undefined => {
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length += 1;
  if (width !== undefined && length > width) return undefined;
  const size = width ?? length;
  return Buffer.from(
    BigInt.asUintN(size * 8, value)
      .toString(16)
      .padStart(size * 2, '0'),
    'hex',
  );
};
