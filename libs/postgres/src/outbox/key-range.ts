/**
 * The range that a key belongs to, for ever: all events of a key go through the relay that owns it. FNV-1a over the
 * UTF-8 bytes; independent of the number of partitions, which differs between topics and can grow.
 */
export const rangeOf = (key: string, ranges: number): number => hashOf(key) % ranges;

/** A whole number of 31 bits that stands for a text, the same everywhere. */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 1) & 0x7fffffff;
};
