import { defineConfigProbe, type FieldsOf } from '../domain/probe.ts';
import { atLeast } from '../domain/server.ts';
import type { ReadNode } from '../domain/snapshot.ts';

const FIELDS = {
  bind: 'text',
  'protected-mode': 'text',
  port: 'number?',
  'tls-port': 'number?',
  'tls-replication': 'text?',
  'tls-auth-clients': 'text?',
  aclfile: 'text?',
  'enable-debug-command': 'text?',
  'enable-protected-configs': 'text?',
  'enable-module-command': 'text?',
  dir: 'text?',
  dbfilename: 'text?',
} as const;

/** Who can reach the server and what they could do with its host. Passwords and hashes are never among it. */
export default defineConfigProbe(FIELDS);

type SecurityConfig = FieldsOf<typeof FIELDS>;

/** True when other hosts can open a connection; before 7.0 no address means every interface, since then none. */
export function listensBeyondLoopback({ bind }: SecurityConfig, { identity }: ReadNode): boolean {
  const addresses = bind.split(' ').filter(Boolean);
  if (addresses.length === 0) return !atLeast(identity.version, '7.0');
  return !addresses.every(isLoopback);
}

export function isLoopback(address: string): boolean {
  return /^-?(127\.|::1$|localhost$)/i.test(address);
}

/** True when other hosts can send commands too: protected mode keeps them out while the default user has no password. */
export function servesOtherHosts(config: SecurityConfig, node: ReadNode): boolean {
  const kept = config.protected_mode === 'yes' && node.identity.admitsAnyone === true;
  return listensBeyondLoopback(config, node) && !kept;
}

/** True when only holders of a certificate get as far as a command: there is no plain port, and TLS asks for one. */
export function needsCertificate({ port, tls_port, tls_auth_clients }: SecurityConfig): boolean {
  return port === 0 && (tls_port ?? 0) > 0 && tls_auth_clients === 'yes';
}
