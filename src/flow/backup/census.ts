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
}

/** Counts the keys of a server by its own word; a string is the reason why it cannot be asked. */
export async function census(servers: Servers, node: Address, target: Target): Promise<Census | string> {
  const met = await meet(servers, target, { address: node, origin: 'seed' });
  if (met.kind === 'unread') return `${nodeName(node)} cannot be read: ${met.detail}`;
  met.session.close();
  const { identity, info } = met;
  const keys = keysOf(info);
  return {
    identity,
    keys,
    total: [...keys.values()].reduce((sum, count) => sum + count, 0),
    link: info.text('master_link_status'),
    readOnly: identity.role === 'replica' && info.number('slave_read_only') !== 0,
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
