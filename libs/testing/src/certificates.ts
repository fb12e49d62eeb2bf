import { md, pki } from 'node-forge';

/** A certificate and its key, as PEM text. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority of a test, which nobody trusts who was not told to. */
export interface Authority {
  /** PEM text. */
  readonly ca: string;
  /** A certificate for a server on the loopback interface, or for a client of this name. */
  issue(name: string): Certificate;
}

const dayMs = 86_400_000;

/** Makes an authority whose certificates hold for a day. */
export const createAuthority = (name = 'Test authority'): Authority => {
  const keys = pki.rsa.generateKeyPair(2_048);
  const subject = [{ name: 'commonName', value: name }];
  const root = certificateFor(keys.publicKey, { serial: 1, subject, issuer: subject });
  root.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ]);
  root.sign(keys.privateKey, md.sha256.create());
  let issued = 1;
  return {
    ca: pki.certificateToPem(root),
    issue: (commonName) => {
      issued += 1;
      const own = pki.rsa.generateKeyPair(2_048);
      const cert = certificateFor(own.publicKey, {
        serial: issued,
        subject: [{ name: 'commonName', value: commonName }],
        issuer: subject,
      });
      cert.setExtensions([
        { name: 'basicConstraints', cA: false },
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ]);
      cert.sign(keys.privateKey, md.sha256.create());
      // PKCS 8, which Java reads too
      const info = pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(own.privateKey));
      return { cert: pki.certificateToPem(cert), key: pki.privateKeyInfoToPem(info) };
    },
  };
};

interface About {
  readonly serial: number;
  readonly subject: pki.CertificateField[];
  readonly issuer: pki.CertificateField[];
}

const certificateFor = (
  publicKey: pki.rsa.PublicKey,
  { serial, subject, issuer }: About,
): pki.Certificate => {
  const cert = pki.createCertificate();
  cert.publicKey = publicKey;
  cert.serialNumber = serial.toString(16).padStart(2, '0');
  cert.validity.notBefore = new Date(Date.now() - dayMs);
  cert.validity.notAfter = new Date(Date.now() + dayMs);
  cert.setSubject(subject);
  cert.setIssuer(issuer);
  return cert;
};
