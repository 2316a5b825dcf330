import { reachableAt } from '../../domain/target.ts';
import type { CopyOptions, OpenCopy, Refused, Wire } from '../../flow/backup/ports.ts';
import { certifiedAs, greet } from '../greeting.ts';
import { type Agreed, askForCopy } from './handshake.ts';
import { Link, LinkLost } from './link.ts';
import { pace } from './pace.ts';
import { payload } from './payload.ts';

const CONNECT_MS = 3000;
const SILENT_MS = 60_000;
/** As a replica does: without it an older server gives a slow one up after repl-timeout. */
const ACK_MS = 1000;

/** Takes the data of a node as a replica would. */
export function copyOver({ connectMs, silentMs } = { connectMs: CONNECT_MS, silentMs: SILENT_MS }): Wire['copy'] {
  return async (node, target, options = {}) => {
    const address = reachableAt(target, node);
    const tls = target.tls && certifiedAs(node, address, target.tls);
    let link: Link | undefined;
    try {
      link = await Link.open(address, tls, { connectMs, silentMs, signal: options.signal });
      const agreed = await askForCopy(link, target.credentials);
      if (agreed.kind === 'agreed') return { kind: 'open', copy: opened(link, agreed, options) };
      link.close();
      return agreed;
    } catch (error) {
      link?.close();
      if (!(error instanceof LinkLost)) throw error;
      return options.signal?.aborted
        ? lost(error.message)
        : lost(await reason(error, () => greet(address, tls, connectMs)));
    }
  };
}

function opened(link: Link, { replicationId, offset, frame, rdbOnly }: Agreed, options: CopyOptions): OpenCopy {
  const total = frame.kind === 'length' ? frame.bytes : undefined;
  // Never to one that has hung up: its reset would throw away what has come and is not read yet.
  const acks = rdbOnly ? undefined : setInterval(() => link.send(['REPLCONF', 'ACK', '0']), ACK_MS).unref();
  const close = () => {
    clearInterval(acks);
    link.close();
  };
  async function* bytes() {
    const allowed = pace(options.bytesPerSecond, options.signal);
    let received = 0;
    try {
      for await (const chunk of payload(link, frame)) {
        received += chunk.length;
        options.onProgress?.(received, total);
        yield chunk;
        await allowed(chunk.length);
      }
    } finally {
      close();
    }
  }
  return { ...(total !== undefined && { total }), replicationId, offset, bytes: bytes(), close };
}

/** A stranger's PING often shows what a connection that broke does not say. */
async function reason(error: LinkLost, look: () => ReturnType<typeof greet>): Promise<string> {
  const greeting = await look();
  return greeting.kind === 'refused' ? greeting.detail : error.message;
}

function lost(because: string): Refused {
  return { kind: 'refused', because, again: true };
}
