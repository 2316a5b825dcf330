import type { Wire } from '../../flow/backup/ports.ts';
import type { Log } from '../../flow/ports.ts';
import { copyOver } from './copy.ts';
import { serveOver } from './serve.ts';

/** The replication protocol over plain sockets and TLS; no client library speaks it. */
export function openWire(log: Log): Wire {
  return { copy: copyOver(), serve: serveOver(log) };
}
