import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { brokerSettings, registrySettings, renderProperties } from './broker-config';
import { kafkaVersion, registryVersion } from './versions';

const ports = { broker: 15001, controller: 15002, registry: 15003 };
const settings = brokerSettings(ports, '/data');

describe('the settings of the broker', () => {
  it('listen on the loopback interface only', () => {
    expect(settings.listeners).toBe('CLIENT://127.0.0.1:15001,CONTROLLER://127.0.0.1:15002');
    expect(settings['advertised.listeners']).toBe('CLIENT://127.0.0.1:15001');
  });

  it('name an authorizer and no super user, for whom no denial would hold', () => {
    expect(settings['authorizer.class.name']).toMatch(/StandardAuthorizer$/);
    expect(settings).not.toHaveProperty('super.users');
  });

  it('of three brokers keep what must not be lost three times, twice before it is acknowledged', () => {
    const [one, two] = [
      { broker: 15004, controller: 15005 },
      { broker: 15006, controller: 15007 },
    ];
    const third = brokerSettings({ ...ports, others: [one, two] }, '/data', 3);
    expect(third).toMatchObject({
      'node.id': '3',
      'controller.quorum.voters': '1@127.0.0.1:15002,2@127.0.0.1:15005,3@127.0.0.1:15007',
      listeners: 'CLIENT://127.0.0.1:15006,CONTROLLER://127.0.0.1:15007',
      'default.replication.factor': '3',
      'min.insync.replicas': '2',
      'offsets.topic.replication.factor': '3',
      'transaction.state.log.replication.factor': '3',
      'transaction.state.log.min.isr': '2',
    });
  });

  it('of three brokers let only controllers be super users, on a listener that clients do not use', () => {
    const other = { broker: 15004, controller: 15005 };
    const first = brokerSettings({ ...ports, others: [other, other] }, '/data');
    expect(first['super.users']).toBe('User:controller');
    expect(first['listener.security.protocol.map']).toBe('CLIENT:PLAINTEXT,CONTROLLER:SASL_PLAINTEXT');
  });

  it('keep committed offsets for at least thirty days', () => {
    expect(Number(settings['offsets.retention.minutes'])).toBeGreaterThanOrEqual(30 * 24 * 60);
  });

  it('are written as properties, with backslashes doubled', () => {
    expect(renderProperties({ 'node.id': '1', 'log.dirs': 'C:\\data' })).toBe(
      'node.id=1\nlog.dirs=C:\\\\data\n',
    );
  });
});

describe('docker-compose.yml', () => {
  const compose = readFileSync(resolve(__dirname, '../../../docker-compose.yml'), 'utf8');
  const ofPlace = /listener|quorum|log\.dirs/;

  it('starts the same versions', () => {
    expect(compose).toContain(`image: apache/kafka:${kafkaVersion}\n`);
    expect(compose).toContain(`image: apicurio/apicurio-registry:${registryVersion}\n`);
  });

  const brokerValues = Object.entries(settings)
    .filter(([name]) => !ofPlace.test(name))
    .map(([name, value]) => [`KAFKA_${name.replaceAll('.', '_').toUpperCase()}`, value] as const);

  it.each([...brokerValues, ...Object.entries(registrySettings)])('sets %s to %s too', (name, value) => {
    const found = new RegExp(`^ +${name}: '?([^'\n]*)'?$`, 'm').exec(compose);
    expect(found?.[1]).toBe(value);
  });

  it('publishes its ports on the loopback interface only', () => {
    const published = [...compose.matchAll(/^ +- '(.*):\d+'$/gm)].map(([, address]) => address ?? '');
    expect(published).toHaveLength(2);
    for (const address of published) expect(address).toMatch(/^127\.0\.0\.1:/);
  });
});
