import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, startStack } from '@baton/dev-stack';
import { silentLogger } from '@baton/messaging';
import { type Authority, type Certificate, createAuthority } from '@baton/testing';
import { createKafkaPorts, type KafkaPorts, type KafkaPortsOptions } from '../src';

/** A broker that asks clients who they are, and lets nobody do what no rule allows. */
export interface SecuredStack {
  readonly authority: Authority;
  /** Asks for SASL, over TLS. */
  readonly secured: string;
  /** Asks for a certificate. */
  readonly mutual: string;
  /** Asks for nothing; whoever comes here may do everything. */
  readonly open: readonly string[];
  readonly passwords: Readonly<Record<string, string>>;
  clientCertificate(name: string): Certificate;
  /** Ports that `close` closes. */
  ports(options: Partial<KafkaPortsOptions>): KafkaPorts;
  close(): Promise<void>;
}

const passwords = { lending: 'canary-lending', reminders: 'canary-reminders', script: 'canary-script' };
const sasl = 'org.apache.kafka.common.security';

export const startSecuredStack = async (): Promise<SecuredStack> => {
  const authority = createAuthority();
  const folder = mkdtempSync(join(tmpdir(), 'baton-secured-'));
  const write = (name: string, ...texts: readonly string[]): string => {
    const file = join(folder, name);
    writeFileSync(file, texts.join('\n'), { mode: 0o600 });
    return file;
  };
  const { cert, key } = authority.issue('broker');
  const keystore = {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': write('broker.pem', key, cert),
  };
  const [secured, mutual] = await Promise.all([freePort(), freePort()]);
  const stack: Stack = await startStack({
    root: folder,
    name: 'secured',
    env: withoutAddresses(),
    ephemeral: true,
    brokerOptions: {
      settings: { 'allow.everyone.if.no.acl.found': 'false', 'super.users': 'User:ANONYMOUS' },
      scramUsers: passwords,
      listeners: [
        {
          name: 'SECURED',
          port: secured,
          protocol: 'SASL_SSL',
          settings: {
            ...keystore,
            'sasl.enabled.mechanisms': 'SCRAM-SHA-512,PLAIN,OAUTHBEARER',
            'scram-sha-512.sasl.jaas.config': `${sasl}.scram.ScramLoginModule required;`,
            'plain.sasl.jaas.config': `${sasl}.plain.PlainLoginModule required user_plain="canary-plain";`,
            'oauthbearer.sasl.jaas.config': `${sasl}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
          },
        },
        {
          name: 'MUTUAL',
          port: mutual,
          protocol: 'SSL',
          settings: {
            ...keystore,
            'ssl.client.auth': 'required',
            'ssl.truststore.type': 'PEM',
            'ssl.truststore.location': write('authority.pem', authority.ca),
          },
        },
      ],
    },
  });
  const opened: KafkaPorts[] = [];
  return {
    authority,
    secured: `127.0.0.1:${secured}`,
    mutual: `127.0.0.1:${mutual}`,
    open: stack.brokers,
    passwords,
    clientCertificate: authority.issue,
    ports: (options) => {
      const ports = createKafkaPorts({
        brokers: [`127.0.0.1:${secured}`],
        clientId: 'secured-test',
        logger: silentLogger,
        limitMs: 8_000,
        ...options,
      });
      opened.push(ports);
      return ports;
    },
    close: async () => {
      await Promise.allSettled(opened.map((ports) => ports.close()));
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** This stack is to be started, wherever the other tests have theirs. */
const withoutAddresses = (): Record<string, string | undefined> => ({
  ...process.env,
  KAFKA_BROKERS: undefined,
  SCHEMA_REGISTRY_URL: undefined,
});

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
