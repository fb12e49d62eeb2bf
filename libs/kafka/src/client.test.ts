import { silentLogger } from '@baton/messaging';
import { createClientFactory } from './client';
import { createKafkaPorts } from './connection';

describe('the client configuration', () => {
  const options = { brokers: ['b:9092'], clientId: 'c' };
  const who = { username: 'u', password: 'p' };
  const verifiesNobody = { rejectUnauthorized: false } as object;

  it.each([
    ['an empty list of brokers', { ...options, brokers: [] }],
    ['TLS that verifies nobody', { ...options, tls: verifiesNobody }],
    ['a certificate without its key', { ...options, tls: { cert: 'pem' } }],
    ['a password in the clear', { ...options, sasl: { mechanism: 'plain' as const, ...who } }],
    [
      'a token in the clear',
      { ...options, sasl: { mechanism: 'oauthbearer' as const, token: async () => 't' } },
    ],
  ])('refuses %s', (_, bad) => {
    expect(() => createClientFactory(bad, silentLogger)).toThrow(
      expect.objectContaining({ code: 'invalid-configuration' }),
    );
  });

  it.each([
    ['TLS by the authorities of the system', { ...options, tls: {} }],
    ['a password over TLS', { ...options, tls: {}, sasl: { mechanism: 'plain' as const, ...who } }],
    ['SCRAM without TLS', { ...options, sasl: { mechanism: 'scram-sha-512' as const, ...who } }],
  ])('takes %s', (_, good) => {
    expect(() => createClientFactory(good, silentLogger)).not.toThrow();
  });

  it('names a missing registry when one is asked for', () => {
    const ports = createKafkaPorts({ brokers: ['b:9092'], clientId: 'c', logger: silentLogger });
    expect(() => ports.registry()).toThrow(expect.objectContaining({ code: 'invalid-configuration' }));
  });
});
