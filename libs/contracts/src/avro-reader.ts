import { BatonError } from '@baton/core';
import type { Type } from 'avsc';
import { messageOf } from './avro-type';
import { readSchemaId, wireHeaderLength } from './wire-format';

/** Reads message values into the data of one version. */
export interface AvroReader {
  /** From now on messages with this schema id are read without asking anybody. */
  learn(id: number, writer: Type): void;
  /** A promise only where the writer's schema has to be fetched first. */
  read(bytes: Uint8Array | null): unknown;
}

export interface AvroReaderDeps {
  readonly type: Type;
  /** The type that wrote messages with this schema id. */
  readonly writers: (id: number) => Promise<Type>;
  /** Whose messages these are; starts every error text. */
  readonly what: string;
}

type Resolver = ReturnType<Type['createResolver']>;
type Decode = (bytes: Buffer) => unknown;

/** Keeps one resolver per schema id: building it costs hundreds of decodes. */
export const createAvroReader = ({ type, writers, what }: AvroReaderDeps): AvroReader => {
  const decoders = new Map<number, Decode>();

  const decoderOf = (id: number, writer: Type): Decode => {
    const resolver = resolverOf(writer, id);
    const decode: Decode = (bytes) => decodeWith(bytes, resolver, id);
    decoders.set(id, decode);
    return decode;
  };

  const resolverOf = (writer: Type, id: number): Resolver | undefined => {
    // Between equal types nothing is to be resolved, and avsc's resolver might choose another branch of a union.
    if (textOf(type) === textOf(writer)) return undefined;
    try {
      return type.createResolver(writer);
    } catch (cause) {
      throw undecodable(`its schema ${id} cannot be read as this version (${messageOf(cause)})`, cause);
    }
  };

  const decodeWith = (bytes: Buffer, resolver: Resolver | undefined, id: number): unknown => {
    let decoded: { value: unknown; offset: number };
    try {
      decoded = type.decode(bytes, wireHeaderLength, resolver);
    } catch (cause) {
      throw undecodable(`the bytes are not a value of its schema ${id} (${messageOf(cause)})`, cause);
    }
    if (decoded.offset < 0) throw undecodable(`it ends before the value of its schema ${id} does`);
    if (decoded.offset < bytes.length) {
      throw undecodable(`${bytes.length - decoded.offset} bytes follow the value of its schema ${id}`);
    }
    return decoded.value;
  };

  const undecodable = (because: string, cause?: unknown): BatonError =>
    new BatonError(
      'undecodable-message',
      `${what}: expected a readable value, but ${because}. Find out who wrote it, then replay or skip it.`,
      { cause },
    );

  return {
    learn: (id, writer) => {
      if (!decoders.has(id)) decoderOf(id, writer);
    },
    read: (bytes) => {
      const id = readSchemaId(bytes, what);
      const buffer = asBuffer(bytes);
      const known = decoders.get(id);
      if (known !== undefined) return known(buffer);
      return writers(id).then((writer) => (decoders.get(id) ?? decoderOf(id, writer))(buffer));
    },
  };
};

/** The whole schema, logical types included; avsc's own `equals` leaves those out. */
const textOf = (type: Type): string => JSON.stringify(type.schema({ exportAttrs: true }));

const asBuffer = (bytes: Uint8Array | null): Buffer =>
  Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes?.buffer ?? new ArrayBuffer(0), bytes?.byteOffset ?? 0, bytes?.byteLength ?? 0);
