import { generateKeyPairSync } from 'node:crypto';

/** A new migration key as PEM text: its private half, and its public one. */
export const newMigrationPem = (): { readonly secret: string; readonly open: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    secret: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    open: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
};
