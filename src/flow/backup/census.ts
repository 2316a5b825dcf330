import { Info } from '../../domain/info.ts';
import type { ServerIdentity } from '../../domain/server.ts';
import { type Address, nodeName, type Target } from '../../domain/target.ts';
import { meet } from '../meet.ts';
import type { Servers } from '../ports.ts';

/** How many keys a server holds, and who it is. */
export interface Census {
  identity: ServerIdentity;
  /** Database -> keys. */
  keys: ReadonlyMap<number, number>;
  total: number;
  /** The link to its primary; undefined on a primary. */
  link: string | undefined;
  readOnly: boolean;
  /** Libraries of functions; undefined where the server does not say. */
  libraries: number | undefined;
  /** Keys of the file that it loaded last, those included that had expired; undefined where it does not say. */
  loaded: number | undefined;
  /** Changes since it was started, as far as none of them is saved yet; else Infinity. */
  changes: number;
  /** By its own clock, epoch ms; undefined where it does not say. */
  at: number | undefined;
}

/** Counts the keys of a server by its own word; a string is the reason why it cannot be asked. */
export async function census(servers: Servers, node: Address, target: Target): Promise<Census | string> {
  const met = await meet(servers, target, { address: node, origin: 'seed' });
  if (met.kind === 'unread') return `${nodeName(node)} cannot be read: ${met.detail}`;
  met.session.close();
  const { identity, info } = met;
  const time = info.number('server_time_usec');
  const loaded = info.number('rdb_last_load_keys_loaded');
  const keys = keysOf(info);
  return {
    identity,
    keys,
    total: [...keys.values()].reduce((sum, count) => sum + count, 0),
    link: info.text('master_link_status'),
    readOnly: identity.role === 'replica' && info.number('slave_read_only') !== 0,
    libraries: info.number('number_of_libraries'),
    loaded: loaded === undefined ? undefined : loaded + (info.number('rdb_last_load_keys_expired') ?? 0),
    changes: (info.number('rdb_saves') ?? 0) > 0 ? Infinity : (info.number('rdb_changes_since_last_save') ?? Infinity),
    at: time === undefined ? undefined : time / 1000,
  };
}

function keysOf(info: Info): Map<number, number> {
  const keys = new Map<number, number>();
  for (const [rest, value] of info.withPrefix('db')) {
    const count = Number(Info.parts(value).get('keys') ?? 0);
    if (/^\d+$/.test(rest) && count > 0) keys.set(Number(rest), count);
  }
  return keys;
}

/** Whether the server wants TLS of its primary; taken for no where its configuration is closed to us. */
export async function tlsReplicationOf(servers: Servers, node: Address, target: Target): Promise<boolean> {
  const opened = await servers.read(node, target);
  if (opened.kind === 'refused') return false;
  try {
    const [reply] = await opened.session.ask([['CONFIG', 'GET', 'tls-replication']]);
    return Array.isArray(reply) && reply[1] === 'yes';
  } finally {
    opened.session.close();
  }
}
