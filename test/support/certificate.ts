import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  cert: string;
  key: string;
  /** Words for a server that shows it and trusts nobody else. */
  args: string[];
  remove(): Promise<void>;
}

/** A certificate for this machine, signed by itself. */
export async function makeCertificate(): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-medic-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
  const words = ['req', '-x509', ...curve, '-nodes', '-days', '2', '-subj', '/CN=test', '-addext', names];
  execFileSync('openssl', [...words, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return {
    cert: readFileSync(cert, 'utf8'),
    key: readFileSync(key, 'utf8'),
    args: ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert],
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
