import { BatonError, type EventType, subjectOf, topicOf, version, versionsOf } from '@baton/core';
import type { Type } from 'avsc';
import { type AvroReader, createAvroReader } from './avro-reader';
import { avroTypeOf, messageOf } from './avro-type';
import { dataPath, shown } from './describe-data';
import { schemaFromJson } from './parse-schema';
import { hidden, holdsPersonal, isPersonal, shownPath } from './pii';
import type { SchemaLookup } from './registry';
import type { AvroSchema } from './schema-model';
import { wireHeaderLength, writeWireHeader } from './wire-format';

/** Turns data into message values and back: Confluent's wire format, one Avro schema per version. */
export interface EventCodec {
  /**
   * Looks up what `encode` needs: the schema of every version must be in the registry. Registers nothing; throws
   * `schema-not-registered` naming all that are missing, or `registry-unavailable`.
   */
  prepare(eventTypes: readonly EventType[]): Promise<void>;
  /** Throws `invalid-data` naming the paths that do not fit, or `schema-not-registered` if it was not prepared. */
  encode(eventType: EventType, version: number, data: unknown): Buffer;
  /** The registry's revision of the schema that `encode` writes. */
  revisionOf(eventType: EventType, version: number): number;
  /**
   * The data as the given version describes it, whatever revision wrote it. A promise only where the schema id is new
   * to this process. Fails with `undecodable-message`, `unknown-schema-id` or `registry-unavailable`.
   */
  decode(eventType: EventType, version: number, bytes: Uint8Array | null): unknown;
}

/** What `createAvroCodec` needs. */
export interface AvroCodecDeps {
  readonly registry: SchemaLookup;
}

/** One version of one event type, ready to be written and read. */
interface VersionCodec {
  readonly type: Type;
  readonly reader: AvroReader;
  readonly registered: { id: number; revision: number } | undefined;
}

/** A codec that keeps every schema it has seen; what it knows keeps working while the registry is down. */
export const createAvroCodec = ({ registry }: AvroCodecDeps): EventCodec => {
  const codecs = new Map<EventType, Map<number, VersionCodec>>();
  const writers = createWriterTypes(registry);
  const scratch = createScratch();

  const codecOf = (eventType: EventType, v: number): VersionCodec =>
    codecs.get(eventType)?.get(v) ?? remember(eventType, v, undefined);

  const remember = (
    eventType: EventType,
    v: number,
    registered: VersionCodec['registered'],
  ): VersionCodec => {
    const known = codecs.get(eventType)?.get(v);
    const type = known?.type ?? avroTypeOf(schemaOf(eventType, v));
    const reader =
      known?.reader ?? createAvroReader({ type, writers, what: topicOf(eventType.name, version(v)) });
    const codec = { type, reader, registered };
    if (registered !== undefined) reader.learn(registered.id, type);
    const versions = codecs.get(eventType) ?? new Map<number, VersionCodec>();
    codecs.set(eventType, versions.set(v, codec));
    return codec;
  };

  const registeredOf = ({ registered }: VersionCodec, eventType: EventType, v: number) => {
    if (registered === undefined) throw notRegistered([subjectOf(eventType.name, version(v))]);
    return registered;
  };

  return {
    prepare: async (eventTypes) => {
      const found = await Promise.all(eventTypes.flatMap((eventType) => lookUp(registry, eventType)));
      const missing = found.filter(({ registered }) => registered === undefined);
      if (missing.length > 0) throw notRegistered(missing.map(({ subject }) => subject));
      for (const { eventType, v, registered } of found) remember(eventType, v, registered);
    },
    encode: (eventType, v, data) => {
      const codec = codecOf(eventType, v);
      const { id } = registeredOf(codec, eventType, v);
      return scratch.encode({ type: codec.type, id, data, eventType, version: v });
    },
    revisionOf: (eventType, v) => registeredOf(codecOf(eventType, v), eventType, v).revision,
    decode: (eventType, v, bytes) => codecOf(eventType, v).reader.read(bytes),
  };
};

const schemaOf = (eventType: EventType, v: number): unknown => {
  const contract = eventType.versions[v];
  if (contract === undefined) {
    throw new BatonError(
      'invalid-argument',
      `${eventType.name}: expected one of its versions ${versionsOf(eventType).join(', ')}, got ${v}.`,
    );
  }
  return contract.schema;
};

const lookUp = (registry: SchemaLookup, eventType: EventType) =>
  versionsOf(eventType).map(async (v) => {
    const subject = subjectOf(eventType.name, v);
    return { eventType, v, subject, registered: await registry.lookup(subject, schemaOf(eventType, v)) };
  });

const notRegistered = (subjects: readonly string[]): BatonError =>
  new BatonError(
    'schema-not-registered',
    `Expected the registry to hold the schema of ${subjects.join(', ')}, but it does not. Run \`baton schema register\`, and before the first encode \`prepare\`.`,
    { details: { subjects } },
  );

/** Writer types by schema id: built once, fetched once however many messages wait, failures not kept. */
const createWriterTypes = (registry: SchemaLookup) => {
  const types = new Map<number, Promise<Type>>();
  return (id: number): Promise<Type> => {
    const known = types.get(id);
    if (known !== undefined) return known;
    const fetched = registry.schemaById(id).then(avroTypeOf);
    types.set(id, fetched);
    fetched.catch(() => types.delete(id));
    return fetched;
  };
};

const initialScratch = 64 * 1024;
const keptScratch = 4 * 1024 * 1024;

interface EncodeRequest {
  readonly type: Type;
  readonly id: number;
  readonly data: unknown;
  readonly eventType: EventType;
  readonly version: number;
}

/** One buffer that all encodes share; it grows for a large value, and is let go again if that was very large. */
const createScratch = () => {
  let buffer = Buffer.allocUnsafe(initialScratch);

  const write = (request: EncodeRequest): Buffer => {
    const end = request.type.encode(request.data, buffer, wireHeaderLength);
    if (end < 0) {
      buffer = Buffer.allocUnsafe((buffer.length - end) * 2);
      return write(request);
    }
    writeWireHeader(buffer, request.id);
    return Buffer.from(buffer.subarray(0, end));
  };

  return {
    encode: (request: EncodeRequest): Buffer => {
      try {
        return write(request);
      } catch (cause) {
        throw invalidData(request, cause);
      } finally {
        if (buffer.length > keptScratch) buffer = Buffer.allocUnsafe(initialScratch);
      }
    },
  };
};

const invalidData = ({ type, data, eventType, version: v }: EncodeRequest, cause: unknown): BatonError => {
  const schema = schemaFromJson(schemaOf(eventType, v));
  const problems = problemsOf(type, schema, data);
  const list = problems
    .map(({ path, expected, got }) => `${path}: expected ${expected}, got ${got}`)
    .join('; ');
  const text = `${eventType.name} v${v}: the data does not fit the schema.`;
  // the cause shows values, personal ones too
  if (list !== '') return new BatonError('invalid-data', `${text} ${list}.`, { details: { problems } });
  if (holdsPersonal(schema)) return new BatonError('invalid-data', `${text} The encoder refuses it.`);
  return new BatonError('invalid-data', `${text} ${messageOf(cause)}.`, { cause });
};

const problemsOf = (type: Type, schema: AvroSchema, data: unknown) => {
  const problems: { path: string; expected: string; got: string }[] = [];
  const errorHook = (path: string[], value: unknown, expected: Type): void => {
    const got = isPersonal(schema, path) ? hidden : shown(value);
    problems.push({ path: dataPath(shownPath(schema, path)), expected: expected.typeName, got });
  };
  try {
    type.isValid(data, { errorHook });
  } catch {
    // data that throws when it is read: the cause tells
  }
  return problems;
};
