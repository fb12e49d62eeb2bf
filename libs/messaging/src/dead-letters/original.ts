import type { FetchedRecord, OutgoingRecord } from '../ports/records';

/** The part of a message that a copy keeps as it was. */
export type OriginalMessage = Pick<FetchedRecord, 'key' | 'value' | 'headers'>;

/** What text cannot carry, kept beside a copy: base64, or null where there was nothing. */
export interface Unwritable {
  readonly key?: string | null;
  readonly value?: null;
  /** Headers that are no text, or come several times. */
  readonly headers?: Readonly<Record<string, readonly string[]>>;
}

/** Names of headers that copies carry on top of the original ones. */
export const copyHeaders = { letter: 'baton-dead-letter', retry: 'baton-retry' } as const;

const reserved: ReadonlySet<string> = new Set(Object.values(copyHeaders));

type Copied = Pick<OutgoingRecord, 'key' | 'value' | 'headers'>;

/** A message in the form that producers take, and what of it does not fit into that form. */
export const copyOf = ({
  key,
  value,
  headers,
}: OriginalMessage): { readonly copied: Copied; readonly unwritable: Unwritable } => {
  const text: Record<string, string> = {};
  const others: Record<string, readonly string[]> = {};
  for (const [name, content] of Object.entries(headers)) {
    if (content === undefined) continue;
    const all = Array.isArray(content)
      ? (content as readonly (Buffer | string)[])
      : [content as Buffer | string];
    const [only] = all;
    const written = all.length === 1 && only !== undefined ? asText(only) : undefined;
    if (written !== undefined && !reserved.has(name)) text[name] = written;
    else others[name] = all.map((one) => Buffer.from(one).toString('base64'));
  }
  const keyText = key === null ? undefined : asText(key);
  return {
    copied: { key: keyText ?? '', value: value ?? Buffer.alloc(0), headers: text },
    unwritable: {
      ...(keyText === undefined ? { key: key === null ? null : key.toString('base64') } : {}),
      ...(value === null ? { value: null } : {}),
      ...(Object.keys(others).length > 0 ? { headers: others } : {}),
    },
  };
};

/** The message that such a copy was made of. */
export const originalOf = (
  { key, value, headers }: OriginalMessage,
  unwritable: Unwritable,
): OriginalMessage => {
  const own = Object.entries(headers).filter(([name]) => !reserved.has(name));
  const others = Object.entries(unwritable.headers ?? {}).map(([name, all]): [string, Buffer | Buffer[]] => {
    const buffers = all.map((one) => Buffer.from(one, 'base64'));
    const [only] = buffers;
    return [name, buffers.length === 1 && only !== undefined ? only : buffers];
  });
  return {
    key: unwritable.key === undefined ? key : keyOf(unwritable.key),
    value: unwritable.value === null ? null : value,
    headers: Object.fromEntries([...own, ...others]),
  };
};

const keyOf = (key: string | null): Buffer | null => (key === null ? null : Buffer.from(key, 'base64'));

/** The text that these bytes are, if writing it gives the same bytes again. */
const asText = (content: Buffer | string): string | undefined => {
  if (typeof content === 'string') return content;
  const text = content.toString('utf8');
  return Buffer.from(text, 'utf8').equals(content) ? text : undefined;
};

/** One header of a record as text, if it is there once. */
export const headerText = (headers: FetchedRecord['headers'], name: string): string | undefined => {
  const content = headers[name];
  if (typeof content === 'string') return content;
  return Buffer.isBuffer(content) ? content.toString('utf8') : undefined;
};
