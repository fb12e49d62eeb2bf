import { readTraceparent, writeTraceparent } from './trace-context';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

describe('a traceparent header', () => {
  it.each([`00-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-00`])('is read and written: %s', (text) => {
    const read = readTraceparent(text);
    expect(read).toMatchObject({ traceId, spanId, isRemote: true });
    expect(writeTraceparent(read)).toBe(text);
  });

  it('of a later version is read as far as this one knows it', () => {
    expect(readTraceparent(`cc-${traceId}-${spanId}-03-more`)).toMatchObject({
      traceId,
      spanId,
      traceFlags: 1,
    });
  });

  it.each([
    undefined,
    ['00'],
    '',
    'nonsense',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
  ])('counts as none where it is not well-formed: %j', (text) => {
    expect(readTraceparent(text)).toBeUndefined();
  });
});
