import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { TlsOptions } from './security';

/** The connections to one server, over TLS where `tls` is used. */
export const createAgent = (url: string, tls: TlsOptions): HttpAgent =>
  new URL(url).protocol === 'https:' ? new HttpsAgent({ ...tls, rejectUnauthorized: true }) : new HttpAgent();

/** Ends the connections of an agent, and lets it make no more: whoever still has it gets errors. */
export const closeAgent = (agent: HttpAgent): void => {
  agent.createConnection = () => {
    throw new Error('the connection was given up');
  };
  agent.destroy();
};

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent: HttpAgent;
  readonly timeoutMs: number;
}

/** An answer is read up to this size. */
export const answerLimitBytes = 16 * 1_048_576;

/** One request and its whole answer; rejects where there is none in time, or one that is too large. */
export const sendHttp = (
  url: string,
  { method, headers, body, agent, timeoutMs }: HttpRequest,
): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const send = new URL(url).protocol === 'https:' ? requestHttps : requestHttp;
    const sent = send(url, { method, headers, agent, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      readText(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });

const readText = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    if (size > answerLimitBytes) throw new Error(`an answer of more than ${answerLimitBytes} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
};
