import { describeCaller } from './caller.ts';
import type { Evidence } from './finding.ts';
import { printable } from './printable.ts';

interface Connection {
  id: number;
  addr: string;
  name: string;
  user: string;
  cmd: string;
}

/** A connection that holds too much, as evidence: by its id, which CLIENT KILL takes, and by who it is. */
export function offender(connection: Connection, holds: { field: string; bytes: number }, expected: string): Evidence {
  const { id, addr, name, user, cmd } = connection;
  return {
    field: `client id=${id} ${holds.field}`,
    value: `${holds.bytes} (${describeCaller(addr, name)}, user ${printable(user)}, last command ${cmd})`,
    expected,
  };
}

/** `A connection was closed`, `3 connections were closed`. */
export function closedConnections(count: number): string {
  return count === 1 ? 'A connection was closed' : `${count} connections were closed`;
}
