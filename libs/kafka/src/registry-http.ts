import { BatonError } from '@baton/core';

export interface RegistryOptions {
  /** The base of a Confluent-compatible API, such as http://host:8081 or http://host:8080/apis/ccompat/v7. */
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: string };
  readonly timeoutMs?: number;
}

export interface RegistryAnswer {
  readonly status: number;
  readonly body: unknown;
  /** The registry's own words, where the answer is an error. */
  readonly message: string;
}

/** One request to the registry; answers of 2xx, 404, 409 and 422 are for the caller to read. */
export type RegistryRequest = (
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
) => Promise<RegistryAnswer>;

const contentType = 'application/vnd.schemaregistry.v1+json';
const answersToRead: ReadonlySet<number> = new Set([404, 409, 422]);

/** Rejects with `registry-unavailable` unless the registry answers in time with something that can be read. */
export const createRegistryRequest = ({
  url,
  auth,
  timeoutMs = 10_000,
}: RegistryOptions): RegistryRequest => {
  const base = readRegistryUrl({ url, ...(auth === undefined ? {} : { auth }) });
  const credentials = base.auth;
  const headers = {
    'content-type': contentType,
    accept: `${contentType}, application/json`,
    ...(credentials === undefined ? {} : { authorization: basic(credentials) }),
  };
  return async (method, path, body) => {
    const response = await send(`${base.url}${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await readAnswer(response, base.url);
    if (response.ok || answersToRead.has(response.status)) return answer;
    throw refusal(base.url, answer);
  };
};

const send = async (url: string, init: RequestInit): Promise<Response> => {
  try {
    return await fetch(url, init);
  } catch (cause) {
    throw unavailable(new URL(url).origin, reasonOf(cause), cause);
  }
};

const readAnswer = async (response: Response, url: string): Promise<RegistryAnswer> => {
  const text = await response.text().catch((cause: unknown) => {
    throw unavailable(url, reasonOf(cause), cause);
  });
  const body = parse(text);
  if (body === undefined && response.ok)
    throw unavailable(url, `an answer that is not JSON: ${text.slice(0, 80)}`);
  return { status: response.status, body, message: messageOf(body) ?? text.slice(0, 200) };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const messageOf = (body: unknown): string | undefined =>
  typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : undefined;

/** The base of the API without credentials, and the credentials, wherever they were given. */
export const readRegistryUrl = ({ url, auth: given }: RegistryOptions) => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new BatonError(
      'invalid-configuration',
      `Expected the URL of a schema registry such as http://host:8081, got "${url}".`,
    );
  }
  const auth =
    given !== undefined || parsed.username === ''
      ? given
      : { username: decodeURIComponent(parsed.username), password: decodeURIComponent(parsed.password) };
  return { url: `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`, auth };
};

const basic = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
};

/** The error where the registry gave no answer that can be read. */
export const unavailable = (url: string, reason: string, cause?: unknown): BatonError =>
  new BatonError(
    'registry-unavailable',
    `Expected an answer of the schema registry at ${url}, got ${reason}. Check that it runs and is reachable.`,
    { cause },
  );

/** The error where the registry does not accept us. */
export const refused = (url: string, answer: string): BatonError =>
  new BatonError(
    'invalid-configuration',
    `Expected the schema registry at ${url} to accept our credentials, got ${answer}.`,
  );

const refusal = (url: string, { status, message }: RegistryAnswer): BatonError =>
  status === 401 || status === 403
    ? refused(url, `${status}: ${message}`)
    : unavailable(url, `status ${status}: ${message}`);
