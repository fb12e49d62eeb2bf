import { Agent, request } from 'node:http';

/** What became of one request. */
export type Answer =
  | { readonly kind: 'acknowledged'; readonly id: string }
  /** Nobody took it: it can be sent again without a second event. */
  | { readonly kind: 'not-accepted' }
  /** It was sent, and nobody knows what became of it; an event may or may not exist. */
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'rejected'; readonly because: string };

/** Posts one loan to the lending instance at `address`. Never rejects. */
export type PostLoan = (address: string, body: unknown) => Promise<Answer>;

const answerTimeoutMs = 30_000;

/** Posts over kept-alive connections. */
export const createPostLoan = (): { readonly post: PostLoan; close(): void } => {
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  return {
    post: (address, body) => postOnce(agent, address, JSON.stringify(body)),
    close: () => agent.destroy(),
  };
};

const postOnce = (agent: Agent, address: string, body: string): Promise<Answer> =>
  new Promise((resolve) => {
    const outgoing = request(`${address}/loans`, {
      agent,
      method: 'POST',
      timeout: answerTimeoutMs,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ kind: error.code === 'ECONNREFUSED' ? 'not-accepted' : 'unanswered' }),
    );
    outgoing.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', () => resolve({ kind: 'unanswered' }));
      response.on('end', () => resolve(answerOf(response.statusCode ?? 0, Buffer.concat(parts).toString())));
    });
    outgoing.end(body);
  });

/** Reads an answer of `POST /loans`. */
export const answerOf = (status: number, text: string): Answer => {
  const { id, code, message } = parse(text);
  if (status === 201 && id !== undefined) return { kind: 'acknowledged', id };
  if (status === 503) return { kind: code === 'outcome-unknown' ? 'unanswered' : 'not-accepted' };
  if (status >= 500) return { kind: 'unanswered' };
  return { kind: 'rejected', because: `HTTP ${status} ${code ?? ''} ${message ?? text}` };
};

const parse = (text: string): { id?: string; code?: string; message?: string } => {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== 'object' || document === null) return {};
    return Object.fromEntries(Object.entries(document).filter(([, value]) => typeof value === 'string'));
  } catch {
    return {};
  }
};
