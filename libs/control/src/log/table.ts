const chunkSize = 64;

type Entry<V> = readonly [key: string, value: V];
type Chunk<V> = readonly Entry<V>[];

/**
 * A map that never changes: adding makes another one that shares nearly everything with it, so that a state of the log
 * can be kept after each of a hundred thousand entries. Its order is that of the first additions.
 */
class Table<V> implements ReadonlyMap<string, V> {
  private constructor(
    /** Where each key is, for this table and all that were made from it; places from `size` on are not of this one. */
    private readonly places: Map<string, number>,
    private readonly chunks: readonly Chunk<V>[],
    readonly size: number,
  ) {}

  static of<V>(entries: Iterable<Entry<V>>): Table<V> {
    let table = new Table<V>(new Map(), [], 0);
    for (const [key, value] of entries) table = table.with(key, value);
    return table;
  }

  with(key: string, value: V): Table<V> {
    const known = this.placeOf(key);
    if (known !== undefined) return new Table(this.places, this.put(known, [key, value]), this.size);
    // whoever adds to a table that was added to before goes on with places of its own
    const places = this.places.size === this.size ? this.places : new Map([...this.keys()].map(toPlace));
    places.set(key, this.size);
    return new Table(places, this.put(this.size, [key, value]), this.size + 1);
  }

  get(key: string): V | undefined {
    const place = this.placeOf(key);
    return place === undefined
      ? undefined
      : this.chunks[Math.floor(place / chunkSize)]?.[place % chunkSize]?.[1];
  }

  has(key: string): boolean {
    return this.placeOf(key) !== undefined;
  }

  *entries(): Generator<[string, V], undefined> {
    for (const chunk of this.chunks) for (const [key, value] of chunk) yield [key, value];
  }

  *keys(): Generator<string, undefined> {
    for (const chunk of this.chunks) for (const [key] of chunk) yield key;
  }

  *values(): Generator<V, undefined> {
    for (const chunk of this.chunks) for (const [, value] of chunk) yield value;
  }

  [Symbol.iterator](): Generator<[string, V], undefined> {
    return this.entries();
  }

  forEach(call: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this) call(value, key, this);
  }

  private placeOf(key: string): number | undefined {
    const place = this.places.get(key);
    return place !== undefined && place < this.size ? place : undefined;
  }

  private put(place: number, entry: Entry<V>): readonly Chunk<V>[] {
    const at = Math.floor(place / chunkSize);
    const chunks = [...this.chunks];
    const chunk = [...(chunks[at] ?? [])];
    chunk[place % chunkSize] = entry;
    chunks[at] = chunk;
    return chunks;
  }
}

const toPlace = (key: string, place: number): [string, number] => [key, place];

/** The map with one more entry, or another value for it; the given one stays as it is. */
export const withEntry = <V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> =>
  (map instanceof Table ? (map as Table<V>) : Table.of(map)).with(key, value);
