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
  const unscaled = BigInt(digits);
  return bytesFromBigInt(match[1] === '-' ? -unscaled : unscaled, width);
};

/** The decimal text of two's complement bytes, with exactly `scale` digits after the point. */
export const textFromDecimal = (bytes: Uint8Array, scale: number): string => {
  const unscaled = bigIntFromBytes(bytes);
  const sign = unscaled < 0n ? '-' : '';
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};

const bigIntFromBytes = (bytes: Uint8Array): bigint => {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
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
