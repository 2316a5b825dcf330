import type { Info } from './info.ts';
import type { Recognized } from './provider.ts';
import type { Address } from './target.ts';

export type Engine = 'redis' | 'valkey';
export type Role = 'primary' | 'replica';

/** A server holds data; a Sentinel watches servers and fails over. */
export type ServerKind = 'server' | 'sentinel';

/** Who a server is: what it says in INFO, and what the way to it shows. */
export interface ServerIdentity {
  engine: Engine;
  /** As the engine numbers itself: 7.0.15, 8.1.1. */
  version: string;
  mode: 'standalone' | 'cluster' | 'sentinel';
  runId: string;
  role: Role;
  loading: boolean;
  /** The primary that a replica follows. */
  primary?: Address;
  /** Replicas that a primary (or a chained replica) lists. */
  replicas: readonly Address[];
  /** The service that runs it, when its address, its INFO or medic.yml names one. */
  provider?: Recognized;
  /** It obeyed a stranger who gave no password; undefined where nobody tried. */
  admitsAnyone?: boolean;
}

/** Undefined when the text is not an INFO reply of Redis or Valkey. */
export function identify(info: Info): ServerIdentity | undefined {
  const valkey = info.text('valkey_version');
  const version = valkey ?? info.text('redis_version');
  if (version === undefined) return undefined;
  const mode = info.text('server_mode') ?? info.text('redis_mode');
  const identity: ServerIdentity = {
    engine: valkey === undefined ? 'redis' : 'valkey',
    version,
    mode: mode === 'cluster' || mode === 'sentinel' ? mode : 'standalone',
    runId: info.text('run_id') ?? '',
    role: info.text('role') === 'slave' ? 'replica' : 'primary',
    loading: info.number('loading') === 1,
    replicas: replicaAddresses(info),
  };
  const host = info.text('master_host');
  const port = info.number('master_port');
  if (identity.role === 'replica' && host !== undefined && port !== undefined) identity.primary = { host, port };
  return identity;
}

export function kindOf({ mode }: ServerIdentity): ServerKind {
  return mode === 'sentinel' ? 'sentinel' : 'server';
}

function replicaAddresses(info: Info): Address[] {
  const found: Address[] = [];
  for (const [rest, value] of info.withPrefix('slave')) {
    if (!/^\d+$/.test(rest)) continue;
    const parts = (value.match(/([a-z_]+)=([^,]*)/g) ?? []).map((part) => part.split('=') as [string, string]);
    const fields = new Map(parts);
    const host = fields.get('ip');
    const port = Number(fields.get('port'));
    if (host && port > 0) found.push({ host, port });
  }
  return found;
}

/** True when the version is the given one or newer, part by part: `atLeast('7.0.15', '7.0')`. */
export function atLeast(version: string, wanted: string): boolean {
  const have = version.split('.').map(Number);
  for (const [at, want] of wanted.split('.').map(Number).entries()) {
    const part = have[at] ?? 0;
    if (part !== want) return part > want;
  }
  return true;
}
