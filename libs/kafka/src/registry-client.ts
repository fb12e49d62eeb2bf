import type { Agent } from 'node:http';
import { BatonError, isBatonError } from '@baton/core';
import { type COMPATIBILITY, SchemaRegistry as StockClient } from '@kafkajs/confluent-schema-registry';
import { answerLimitBytes, closeAgent } from './http-request';
import { type RegistryAccess, refused, unavailable } from './registry-http';

/** What the stock client does for us: it repeats requests that fail in passing, and asks for each id once. */
export interface RegistryClient {
  /** Stores a schema under a subject whose compatibility level is `level`, `undefined` if it has none of its own. */
  register(subject: string, schema: unknown, level: string | undefined): Promise<void>;
  /** The schema of an id as it is stored; `undefined` if the registry does not know the id. */
  schemaById(id: number): Promise<unknown>;
}

type Middleware = NonNullable<ConstructorParameters<typeof StockClient>[0]['middlewares']>[number];

/** Given whole to every client: the stock client writes what it is given into defaults that all clients share. */
const retry = {
  maxRetryTimeInSecs: 2,
  initialRetryTimeInSecs: 0.1,
  factor: 0.2,
  multiplier: 2,
  retries: 3,
} as const;

export const createRegistryClient = (
  { url, newAgent, authorization }: RegistryAccess,
  timeoutMs: number,
): RegistryClient => {
  const answers = new Map<number, unknown>();
  const middlewares = [authorized(authorization), limited(timeoutMs), keepingSchemas(answers)];
  const newClient = () => {
    const agent = newAgent();
    return { agent, stock: new StockClient({ host: url, clientId: 'baton', retry, agent, middlewares }) };
  };
  let client = newClient();
  /**
   * An answer that breaks off settles nothing in the stock client, which then waits for ever, and whoever asks for the
   * same id waits with it; one without an end is read for as long as it comes. So a client that does not answer in time,
   * or is told too much, is replaced, and its connections are ended.
   */
  const inTime = <T>(call: (used: StockClient) => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const used = client;
      const stopWatching = (): void => {
        clearTimeout(timer);
        clearInterval(watch);
      };
      const giveUp = (why: string): void => {
        stopWatching();
        if (client === used) client = newClient();
        closeAgent(used.agent);
        reject(unavailable(url, why));
      };
      const timer = setTimeout(() => giveUp(`no whole answer within ${timeoutMs / 1000} s`), timeoutMs);
      const watch = setInterval(() => {
        if (largestAnswer(used.agent) > answerLimitBytes)
          giveUp(`an answer of more than ${answerLimitBytes} bytes`);
      }, watchMs);
      call(used.stock).then(resolve, reject).finally(stopWatching);
    });
  return {
    register: async (subject, schema, level) => {
      try {
        const avro = { type: 'AVRO', schema: JSON.stringify(schema) } as Parameters<
          StockClient['register']
        >[0];
        await inTime((used) => used.register(avro, { subject, compatibility: level as COMPATIBILITY }));
        // what is read by id shall come from the registry, and not from what was sent to it
        client.stock.cache.clear();
      } catch (error) {
        throw registrationError(error, { subject, url });
      }
    },
    schemaById: async (id) => {
      if (answers.has(id)) return answers.get(id);
      try {
        await inTime((used) => used.getSchema(id));
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        // it compiles what it fetches; what it cannot compile is still what is stored
        if (!answers.has(id)) throw requestError(error, url);
      }
      return answers.get(id);
    },
  };
};

const watchMs = 50;

/** How many bytes came on one of the connections: each serves one request. */
const largestAnswer = ({ sockets }: Agent): number =>
  Math.max(0, ...Object.values(sockets).flatMap((open) => (open ?? []).map(({ bytesRead }) => bytesRead)));

/** Says with each request who we are. */
const authorized =
  (authorization: RegistryAccess['authorization']): Middleware =>
  () => ({
    prepareRequest: async (next) => {
      const [request, credentials] = [await next(), await authorization()];
      return credentials === undefined
        ? request
        : request.enhance({ headers: { authorization: credentials } });
    },
  });

/** A request that is not answered within `timeoutMs` fails. */
const limited =
  (timeoutMs: number): Middleware =>
  () => ({
    prepareRequest: async (next) => (await next()).enhance({ timeout: timeoutMs }),
  });

/** Keeps schemas as they came: the stock client gives out compiled types, which lose what Avro does not define. */
const keepingSchemas =
  (answers: Map<number, unknown>): Middleware =>
  () => ({
    response: async (next) => {
      const response = await next();
      const id = /\/schemas\/ids\/(\d+)(?:\?|$)/.exec(response.request().url())?.[1];
      const schema = id === undefined ? undefined : schemaIn(response.rawData());
      if (schema !== undefined) answers.set(Number(id), schema);
      return response;
    },
  });

const schemaIn = (body: unknown): unknown => {
  try {
    return JSON.parse(JSON.parse(String(body)).schema);
  } catch {
    return undefined;
  }
};

const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : undefined;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const requestError = (error: unknown, url: string): BatonError => {
  if (isBatonError(error)) return error;
  const status = statusOf(error);
  if (status === 401 || status === 403) return refused(url, `${status}: ${messageOf(error)}`);
  return unavailable(url, messageOf(error), error);
};

const registrationError = (
  error: unknown,
  { subject, url }: { subject: string; url: string },
): BatonError => {
  if (isBatonError(error)) return error;
  const status = statusOf(error);
  if (status === 409) return incompatible(subject, messageOf(error));
  if (status === undefined || status === 422) {
    return new BatonError(
      'schema-invalid',
      `Expected an Avro schema that the registry reads for ${subject}, got: ${messageOf(error)}.`,
      { cause: error },
    );
  }
  return requestError(error, url);
};

/** The error for a schema that the registry does not take because of those before it. */
export const incompatible = (subject: string, message: string): BatonError =>
  new BatonError(
    'schema-incompatible',
    `Expected a schema compatible with every revision of ${subject}, but the registry refuses it: ${message}. Make a new version of the event type.`,
  );
