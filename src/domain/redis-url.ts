import { TargetName } from './ids.ts';
import { problem } from './problem.ts';
import { hideCredentials } from './scrub.ts';
import { type Address, type Credentials, nodeName, type Place, type Target } from './target.ts';

export interface RedisUrl {
  address: Address;
  credentials: Credentials;
  tls: boolean;
}

/** Reads `redis://[user:password@]host[:port]` or `rediss://…`; a string says why it is none, without its password. */
export function parseRedisUrl(text: string): RedisUrl | string {
  if (!/^rediss?:\/\//i.test(text)) return 'it does not begin with redis:// or rediss://';
  const [, port = ''] = /:(\d+)\/?\d*$/.exec(text) ?? [];
  if (Number(port) > 65_535) return 'a port is a number from 1 to 65535';
  if (!URL.canParse(text)) return 'it cannot be read (a / ? # or @ in the password must be written as %2F %3F %23 %40)';
  const url = new URL(text);
  if (url.hostname === '') return 'it names no host';
  if (url.port === '0') return 'port 0 is not a port';
  if (url.search !== '' || url.hash !== '') return 'it must end after the host and port';
  if (!/^\/?\d*$/.test(url.pathname)) return 'only a database number may follow the host';
  const [username, password] = [decode(url.username), decode(url.password)];
  if (username === undefined || password === undefined) return 'a % in the user or password must be written as %25';
  return {
    address: { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? 6379 : Number(url.port) },
    credentials: { ...(username !== '' && { username }), ...(password !== '' && { password }) },
    tls: url.protocol === 'rediss:',
  };
}

/** Reads `host:port`, `host` (with the default port) or `[::1]:port`; undefined when it is none. */
export function parseAddress(text: string, defaultPort: number): Address | undefined {
  const place = parsePlace(text);
  return place && { host: place.host, port: place.port ?? defaultPort };
}

/** Reads `host:port`, `host` or `[::1]:port`; undefined when it is none. */
export function parsePlace(text: string): Place | undefined {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.%]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return undefined;
  if (port === undefined) return { host };
  return Number(port) < 1 || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The target of a bare URL, named `host:port`; its password never shows in the problem that a bad one throws. */
export function targetFromUrl(text: string): Target {
  const url = parseRedisUrl(text);
  if (typeof url === 'string') throw problem('url-invalid', hideCredentials(text), url);
  const name = TargetName.safeParse(nodeName(url.address));
  if (!name.success) throw problem('url-invalid', hideCredentials(text), 'its host name has characters that none has');
  return {
    name: name.data,
    kind: 'replication',
    seeds: [url.address],
    credentials: url.credentials,
    ...(url.tls && { tls: {} }),
    objectives: {},
    environment: '',
    owners: [],
    alertLabels: {},
    thresholds: {},
  };
}
