import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAvroCodec, createInMemoryRegistry, dataFromJson } from '@baton/contracts';
import type { DeadLetter } from '@baton/messaging';
import { eventTypeWithoutTranslations } from '../events/event-types';
import type { Settings } from '../settings/settings';
import { chosenEntry } from './catalog-input';
import { rowOf } from './dead-letter-document';
import { letterDocument } from './dead-letters-show';

const folder = join(__dirname, '../../../../schemas');
const canary = 'canary-4711';

const name = 'lending.BooksBorrowed';
const registry = createInMemoryRegistry();
const context = {
  settings: { schemas: { value: folder, origin: 'test' } } as unknown as Settings,
  registry: () => registry,
};

const letterWith = async (): Promise<DeadLetter> => {
  const borrowed = eventTypeWithoutTranslations(chosenEntry(context, name), [2]);
  const schema = borrowed.versions[2]?.schema;
  await registry.register(`${name}.v2-value`, schema);
  const codec = createAvroCodec({ registry });
  await codec.prepare([borrowed]);
  const example = JSON.parse(readFileSync(join(folder, name, 'examples/v2.json'), 'utf8'));
  const borrower = { ...example.borrower, name: canary, email: `${canary}@example.org` };
  const value = codec.encode(borrowed, 2, dataFromJson(schema, { ...example, borrower }));
  return {
    kind: 'letter',
    group: 'reminders',
    instance: 'reminders-1',
    eventType: name,
    version: 2,
    origin: { topic: `${name}.v2`, partition: 0, offset: 7, timestamp: 0 },
    because: 'failed',
    attempts: 5,
    error: { code: 'handler-failed', message: 'the mail server is away' },
    laterEvents: 'follow',
    replays: 0,
    partition: 0,
    offset: 12,
    parkedAt: 0,
    place: 12,
    key: 'loan-1',
    original: { key: Buffer.from('loan-1'), value, headers: {} },
  };
};

describe('a dead letter', () => {
  it('is shown without personal data, in a list and by itself', async () => {
    const letter = await letterWith();
    const document = await letterDocument(letter, context, 'hidden');
    expect(document).toMatchObject({
      personal: 'hidden',
      problem: null,
      value: null,
      data: { borrower: { name: '(hidden)', email: '(hidden)' }, branch: expect.any(String) },
    });
    expect(JSON.stringify([document, rowOf(letter)])).not.toContain(canary);
  });

  it('is shown with personal data to who asks for it', async () => {
    const document = await letterDocument(await letterWith(), context, 'shown');
    expect(document).toMatchObject({ personal: 'shown', data: { borrower: { name: canary } } });
    expect(Buffer.from(document.value ?? '', 'base64').toString('latin1')).toContain(canary);
  });
});
