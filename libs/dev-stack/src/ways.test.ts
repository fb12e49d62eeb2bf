import { isBatonError } from '@baton/core';
import { chooseWay, inspectTools, type MachineFacts, parseJavaVersion } from './ways';

const everything: MachineFacts = {
  brokers: 'a:1, b:2',
  registry: 'http://r:3/apis/ccompat/v7/',
  docker: { usable: true },
  java: 17,
  maven: true,
  downloaded: false,
};
const noAddresses = { ...everything, brokers: undefined, registry: undefined };
const noDocker = { ...noAddresses, docker: { usable: false, because: 'docker was not found' } } as const;

const refusalOf = (facts: MachineFacts) => {
  try {
    chooseWay(facts);
  } catch (error) {
    if (isBatonError(error)) return error;
  }
  throw new Error('Expected a refusal');
};

describe('the choice of a way', () => {
  it('takes addresses from the environment first', () => {
    expect(chooseWay(everything)).toEqual({
      way: 'environment',
      brokers: ['a:1', 'b:2'],
      registry: 'http://r:3/apis/ccompat/v7',
    });
  });

  it('takes Docker next, then Java with Maven', () => {
    expect(chooseWay(noAddresses)).toEqual({ way: 'docker' });
    expect(chooseWay(noDocker)).toEqual({ way: 'java' });
  });

  it('needs no Maven for what was downloaded before', () => {
    expect(chooseWay({ ...noDocker, maven: false, downloaded: true })).toEqual({ way: 'java' });
  });

  it.each([
    ['KAFKA_BROKERS', { ...everything, registry: undefined }],
    ['SCHEMA_REGISTRY_URL', { ...everything, brokers: ' ' }],
  ])('refuses %s alone', (name, facts) => {
    const { code, message } = refusalOf(facts);
    expect(code).toBe('invalid-configuration');
    expect(message).toMatch(new RegExp(`^${name} is set`));
  });

  it('says what is missing and the three ways out when there is no way', () => {
    const { code, message } = refusalOf({ ...noDocker, java: undefined, maven: false });
    expect(code).toBe('stack-unavailable');
    expect(message).toContain('docker was not found; java was not found; mvn (Maven) was not found.');
    expect(message).toMatch(
      /1\. Set KAFKA_BROKERS.*\n.*2\. Install Docker.*\n.*3\. Install Java 17 or newer, and Maven/,
    );
  });

  it('names only what is missing', () => {
    const { message } = refusalOf({ ...noDocker, java: 11 });
    expect(message).toContain('Java 11 is older than 17');
    expect(message).not.toContain('mvn (Maven) was not found');
  });

  it('finds nothing on a machine without any of the tools', async () => {
    expect(await inspectTools({ PATH: '/nowhere' }, false)).toEqual({
      docker: { usable: false, because: 'docker was not found' },
      java: undefined,
      maven: false,
      downloaded: false,
    });
  });
});

it.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_401"', 8],
  ['openjdk version "21" 2023-09-19', 21],
  ['no Java here', undefined],
])('reads the Java version from %s', (text, expected) => {
  expect(parseJavaVersion(text)).toBe(expected);
});
