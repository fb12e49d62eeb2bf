import { BatonError } from '@baton/core';
import type { z } from 'zod';
import { type ConfigProblem, loadConfig } from './load-config';
import { serviceSettings, subscriberSettings } from './service-settings';

const good = {
  KAFKA_BROKERS: '127.0.0.1:9092, broker-2:9093',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:8080/apis/ccompat/v7/',
  INSTANCE: 'reminders-1',
};

const problemsOf = (schema: z.ZodType, env: Record<string, string | undefined>): readonly ConfigProblem[] => {
  try {
    loadConfig(schema, env);
  } catch (error) {
    if (error instanceof BatonError) return error.details.problems as readonly ConfigProblem[];
    throw error;
  }
  throw new Error('expected the settings to be refused');
};

describe('loading the configuration', () => {
  it('reads settings and fills in defaults', () => {
    expect(loadConfig(serviceSettings, { ...good, HOME: '/root' })).toEqual({
      KAFKA_BROKERS: ['127.0.0.1:9092', 'broker-2:9093'],
      SCHEMA_REGISTRY_URL: 'http://127.0.0.1:8080/apis/ccompat/v7',
      INSTANCE: 'reminders-1',
      HOST: '127.0.0.1',
      PORT: 0,
      LOG_LEVEL: 'info',
      CONTROL_TOPIC: 'baton.control',
      PRESENCE_TOPIC: 'baton.presence',
    });
  });

  it('names every problem at once, with what was expected and what came', () => {
    const env = { KAFKA_BROKERS: 'broker', INSTANCE: 'a b', PORT: '70000', LOG_LEVEL: 'loud' };
    expect(problemsOf(serviceSettings, env)).toEqual([
      {
        variable: 'KAFKA_BROKERS',
        expected: 'addresses such as 127.0.0.1:9092, separated by commas',
        got: '"broker"',
      },
      {
        variable: 'SCHEMA_REGISTRY_URL',
        expected: 'a web address such as http://127.0.0.1:8080/apis/ccompat/v7',
        got: 'nothing',
      },
      expect.objectContaining({ variable: 'INSTANCE', got: '"a b"' }),
      { variable: 'PORT', expected: 'a port, a whole number from 0 to 65535', got: '"70000"' },
      { variable: 'LOG_LEVEL', expected: 'one of debug, info, warn, error, silent', got: '"loud"' },
    ]);
  });

  it('says the same in the message of an invalid-configuration error', () => {
    expect(() => loadConfig(serviceSettings, { ...good, PORT: '-1' })).toThrow(
      expect.objectContaining({
        code: 'invalid-configuration',
        message: expect.stringContaining('PORT: expected a port, a whole number from 0 to 65535, got "-1".'),
      }),
    );
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig(serviceSettings, { ...good, PORT: '', HOST: '' })).toMatchObject({
      PORT: 0,
      HOST: '127.0.0.1',
    });
    expect(problemsOf(serviceSettings, { ...good, INSTANCE: '' })).toEqual([
      expect.objectContaining({ variable: 'INSTANCE', got: 'nothing' }),
    ]);
  });

  it('does not show a password that is part of an address', () => {
    const [problem] = problemsOf(serviceSettings, { ...good, SCHEMA_REGISTRY_URL: 'ftp://me:secret@host' });
    expect(problem?.got).toBe('"ftp://***@host"');
    const [slashed] = problemsOf(serviceSettings, { ...good, SCHEMA_REGISTRY_URL: 'ftp://me:s/ecret@host' });
    expect(slashed?.got).toBe('"ftp://***@host"');
  });
});

describe('the settings of a subscriber', () => {
  const schema = subscriberSettings({ group: 'reminders', versions: [1, 2] });
  const env = { ...good, SUBSCRIBES: '2,1', EFFECTS_FILE: '/tmp/effects.db' };

  it('reads versions in ascending order and the group by default from the service', () => {
    expect(loadConfig(schema, env)).toMatchObject({
      SUBSCRIBES: [1, 2],
      GROUP: 'reminders',
      LEASE_MS: 10_000,
    });
  });

  it.each(['3', '1,1', '', '1;2', '0', 'v1'])('refuses the versions "%s"', (SUBSCRIBES) => {
    expect(problemsOf(schema, { ...env, SUBSCRIBES })).toEqual([
      expect.objectContaining({
        variable: 'SUBSCRIBES',
        expected: 'versions out of 1, 2, separated by commas',
      }),
    ]);
  });

  it('reads a static binding as an instant with a zone', () => {
    const since = '2026-12-01T00:00:00Z';
    expect(loadConfig(schema, { ...env, BOUND_TO_V2_SINCE: since }).BOUND_TO_V2_SINCE).toBe(
      Date.parse(since),
    );
    expect(problemsOf(schema, { ...env, BOUND_TO_V2_SINCE: '2026-12-01' })).toHaveLength(1);
  });
});
