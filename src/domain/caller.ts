import { printable } from './printable.ts';

const LONGEST_NAME = 48;

/** Who sent a command, for people: the host part of the address is cut, the name that the client gave itself is shown. */
export function describeCaller(address: string, name: string): string {
  const shown = redactAddress(address);
  return name === '' ? shown : `${shown} (${printable(name, LONGEST_NAME)})`;
}

/** `10.0.0.17:50112` -> `10.0.0.x:50112`, `[fd00::1:2]:50112` -> `[fd00::1:x]:50112`; the path of a unix socket is dropped. */
export function redactAddress(address: string): string {
  if (address.startsWith('/')) return 'a unix socket';
  const match = /^(?:\[([0-9a-f:.%]+)\]|([0-9a-f:.]+)):(\d+)$/i.exec(address);
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined) return 'an unknown address';
  const cut = host.replace(/[^.:]*$/, 'x');
  return match[1] === undefined ? `${cut}:${match[3]}` : `[${cut}]:${match[3]}`;
}
