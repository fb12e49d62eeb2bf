import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@baton/messaging';
import { newMigrationPem } from '@baton/testing';
import { connectKafka } from './connect-kafka';

describe('the migration key of a service', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-key-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const { secret, open } = newMigrationPem();
  const pems = { private: secret, public: open };

  const warningsWith = async (half: keyof typeof pems): Promise<readonly string[]> => {
    const file = join(folder, 'key.pem');
    writeFileSync(file, pems[half]);
    const warnings: string[] = [];
    const kafka = connectKafka({
      config: {
        KAFKA_BROKERS: ['127.0.0.1:1'],
        SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
        INSTANCE: 'reminders-1',
        CONTROL_TOPIC: 'baton.control',
        PRESENCE_TOPIC: 'baton.presence',
        MIGRATION_KEY_FILE: file,
      },
      logger: { ...silentLogger, warn: (_, text) => void warnings.push(text) },
      lifecycle: { onStop: () => {} },
    });
    await kafka.close();
    return warnings;
  };

  it('is the public half; the private one is complained of', async () => {
    expect(await warningsWith('public')).toEqual([]);
    expect(await warningsWith('private')).toEqual(['private migration key in a service']);
  });
});
