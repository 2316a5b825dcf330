import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HostKeys } from '../../domain/target.ts';

export interface HostKey {
  /** ssh-ed25519, ssh-rsa, ecdsa-sha2-nistp256 … */
  type: string;
  blob: Buffer;
}

/** `ssh-ed25519 AAAA…`, with a comment or not; undefined when it is none. */
export function parseHostKey(text: string): HostKey | undefined {
  const [type = '', base64 = ''] = text.trim().split(/\s+/);
  const blob = Buffer.from(base64, 'base64');
  // The blob repeats the type, with its length before it.
  return blob.length > 8 + type.length && blob.toString('latin1', 4, 4 + blob.readUInt32BE(0)) === type
    ? { type, blob }
    : undefined;
}

/** The keys that a host at this address may show; empty when none is known. */
export function trustedKeys(keys: HostKeys, host: string, port: number): HostKey[] {
  if ('keys' in keys) return keys.keys.flatMap((text) => parseHostKey(text) ?? []);
  const name = port === 22 ? host : `[${host}]:${port}`;
  const entries = keys.knownHosts.split('\n').flatMap((line) => entryFor(line, name));
  const revoked = entries.filter(({ marker }) => marker === '@revoked');
  return entries
    .filter(({ marker }) => marker === undefined)
    .map(({ key }) => key)
    .filter((key) => !revoked.some((bad) => sameKey(bad.key.blob, key.blob)));
}

export function sameKey(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function entryFor(line: string, name: string): { marker: string | undefined; key: HostKey }[] {
  const [, marker, names = '', key = ''] = /^\s*(?:(@\S+)\s+)?([^\s#@]\S*)\s+(\S+\s+\S+)/.exec(line) ?? [];
  const parsed = parseHostKey(key);
  return parsed && isNamed(names, name) ? [{ marker, key: parsed }] : [];
}

function isNamed(names: string, name: string): boolean {
  if (names.startsWith('|1|')) return isHashOf(names, name);
  const patterns = names.split(',');
  const hits = (pattern: string) => matches(pattern.toLowerCase(), name.toLowerCase());
  return patterns.some(hits) && !patterns.some((pattern) => pattern.startsWith('!') && hits(pattern.slice(1)));
}

function isHashOf(entry: string, name: string): boolean {
  const [, , salt = '', hash = ''] = entry.split('|');
  const own = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return sameKey(own, Buffer.from(hash, 'base64'));
}

function matches(pattern: string, name: string): boolean {
  const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, (char) =>
    char === '*' ? '.*' : char === '?' ? '.' : `\\${char}`,
  );
  return new RegExp(`^${source}$`).test(name);
}
