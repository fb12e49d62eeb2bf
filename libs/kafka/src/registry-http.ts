import type { Agent } from 'node:http';
import { BatonError } from '@baton/core';
import { createAgent, sendHttp } from './http-request';
import { checkTls, type TlsOptions } from './security';

/** Who we say we are to the registry: by name and password, or by a bearer token, asked anew for each request. */
export type RegistryAuth =
  | { readonly username: string; readonly password: string }
  | { readonly token: () => Promise<string> };

export interface RegistryOptions {
  /** The base of a Confluent-compatible API, such as http://host:8081 or http://host:8080/apis/ccompat/v7. */
  readonly url: string;
  readonly auth?: RegistryAuth;
  /** How https is verified, and our certificate where the registry asks for one. */
  readonly tls?: TlsOptions;
  readonly timeoutMs?: number;
}

/** The registry as both its clients reach it. */
export interface RegistryAccess {
  /** Without credentials. */
  readonly url: string;
  /** Connections of our own. */
  newAgent(): Agent;
  /** The header `authorization`; `undefined` where we say nothing of ourselves. */
  authorization(): Promise<string | undefined>;
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
export const createRegistryRequest = (
  { url, newAgent, authorization }: RegistryAccess,
  timeoutMs: number,
): RegistryRequest => {
  const agent = newAgent();
  return async (method, path, body) => {
    const credentials = await authorization();
    const response = await sendHttp(`${url}${path}`, {
      method,
      agent,
      timeoutMs,
      headers: {
        'content-type': contentType,
        accept: `${contentType}, application/json`,
        ...(credentials === undefined ? {} : { authorization: credentials }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw unavailable(url, reasonOf(cause), cause);
    });
    const isSuccess = response.status >= 200 && response.status < 300;
    const answer = readAnswer(response, url, isSuccess);
    if (isSuccess || answersToRead.has(response.status)) return answer;
    throw refusal(url, answer);
  };
};

const readAnswer = (
  { status, text }: { readonly status: number; readonly text: string },
  url: string,
  isSuccess: boolean,
): RegistryAnswer => {
  const body = parse(text);
  if (body === undefined && isSuccess)
    throw unavailable(url, `an answer that is not JSON: ${text.slice(0, 80)}`);
  return { status, body, message: messageOf(body) ?? text.slice(0, 200) };
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

/** Checks the options; throws `invalid-configuration` for an address that is none and for secrets in the clear. */
export const accessRegistry = ({ url: text, auth: given, tls = {} }: RegistryOptions): RegistryAccess => {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new BatonError(
      'invalid-configuration',
      'Expected the URL of a schema registry such as http://host:8081, got a text that is none. Special characters of a name or password in it are written as %23 for #, and so on.',
    );
  }
  const url = `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`;
  const auth =
    given !== undefined || parsed.username === ''
      ? given
      : { username: decoded(parsed.username), password: decoded(parsed.password) };
  if (parsed.protocol === 'http:') assertNothingSecret(parsed, auth, tls);
  const checked = checkTls(tls, 'schema registry');
  return {
    url,
    newAgent: () => createAgent(url, checked),
    authorization: async () => (auth === undefined ? undefined : authorizationOf(auth)),
  };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new BatonError(
      'invalid-configuration',
      'Expected a name and password of the schema registry in which % is written as %25, got others.',
    );
  }
};

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Over http, secrets stay on this machine, and certificates mean nothing. */
const assertNothingSecret = (url: URL, auth: RegistryAuth | undefined, tls: TlsOptions): void => {
  const what = Object.keys(tls).length > 0 ? 'certificates' : auth !== undefined ? 'credentials' : undefined;
  if (what === undefined || (what === 'credentials' && loopback.test(url.hostname))) return;
  throw new BatonError(
    'invalid-configuration',
    `Expected an https address of the schema registry where ${what} are given, got ${url.origin}. Use https, or leave the ${what} out.`,
  );
};

const authorizationOf = async (auth: RegistryAuth): Promise<string> =>
  'token' in auth
    ? `Bearer ${await auth.token()}`
    : `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;

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
