import { printable } from './printable.ts';

const LONGEST_NAME = 48;

/** Who sent a command, for people: the host part of the address is cut, the name that the client gave itself is shown. */
export function describeCaller(address: string, name: string): string {
  const shown = redactAddress(address);
  return name === '' ? shown : `${shown} (${printable(name, LONGEST_NAME)})`;
}

/** A client that is known by what CLIENT LIST says of it. */
export interface ListedClient {
  addr: string;
  name: string;
  user: string;
}

/**
 * The program behind a connection, so that all its connections count as one caller: the name that it gave itself, its
 * user where it is still connected, and its host. Ports differ with each connection and are left out.
 */
export function describeProgram(address: string, name: string, clients: readonly ListedClient[]): string {
  const host = redactAddress(address).replace(/:\d+$/, '');
  const user = clients.find(({ addr }) => addr === address)?.user ?? '';
  const known = user === '' || user === 'default' ? '' : `user ${printable(user, LONGEST_NAME)}`;
  const shown = printable(name, LONGEST_NAME);
  if (shown === '') return known === '' ? host : `${host} (${known})`;
  return known === '' ? `${shown} at ${host}` : `${shown} at ${host} (${known})`;
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
