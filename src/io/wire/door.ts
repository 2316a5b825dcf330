import { lookup } from 'node:dns/promises';
import { type Address, nodeName } from '../../domain/target.ts';

/** Who is let in: one node, by where it calls from and by the port that it says it listens on. */
export interface Expected {
  addresses: ReadonlySet<string>;
  ports: ReadonlySet<number>;
}

/** The node as it may show itself: under each of its addresses, in either way of writing them. */
export async function expected(announced: Address, way: Address, more: readonly string[]): Promise<Expected> {
  const hosts = [...new Set([announced.host, way.host, ...more])];
  const found = await Promise.all(hosts.map((host) => lookup(host, { all: true }).catch(() => [])));
  return {
    addresses: new Set(found.flat().map(({ address }) => plain(address))),
    ports: new Set([announced.port, way.port]),
  };
}

/** Why a caller from this address stays outside; undefined when it may speak. */
export function strangerAt(remote: string | undefined, { addresses }: Expected): string | undefined {
  if (remote !== undefined && addresses.has(plain(remote))) return undefined;
  return `it calls from ${remote ?? 'nowhere'}, not from ${[...addresses].join(' or ')}`;
}

/** Why a replica that listens on this port gets nothing; undefined when it is the one. */
export function strangerOn(port: number | undefined, { ports }: Expected, node: Address): string | undefined {
  if (port !== undefined && ports.has(port)) return undefined;
  return `it says that it listens on ${port ?? 'no port'}, and ${nodeName(node)} is expected`;
}

/** An IPv4 address that comes in through an IPv6 socket is the same one. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase();
}
