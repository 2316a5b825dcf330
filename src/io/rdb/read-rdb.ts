import type { RdbFiles } from '../../flow/backup/ports.ts';
import { dumpDigest } from './content.ts';
import { Cutting, payload, payloadSize } from './cutting.ts';
import { Reading } from './reading.ts';

/**
 * Reads RDB files of Redis up to 8 and Valkey 7.2 to 9. Our own, as what npm has for it (rdb-parser, rdb-tools) was left
 * before streams, listpacks and functions were in them.
 */
export const rdbFiles: RdbFiles = {
  async read(bytes, options) {
    const reading = new Reading(options);
    for await (const chunk of bytes) if (!reading.push(chunk)) break;
    return reading.verdict();
  },
  alongside(bytes, options) {
    const reading = new Reading(options);
    return { bytes: passing(bytes, reading), verdict: () => reading.verdict() };
  },
  async *cut(bytes, options) {
    const cutting = new Cutting(options);
    for await (const chunk of bytes) yield* cutting.push(chunk);
    cutting.end();
  },
  payload,
  payloadSize,
  holdTheSame(one, other) {
    const [first, second] = [digestOf(one), digestOf(other)];
    return first === undefined || second === undefined ? undefined : first === second;
  },
  digestOf,
};

async function* passing(
  bytes: AsyncIterable<Uint8Array>,
  reading: Reading,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of bytes) {
    reading.push(chunk);
    yield chunk;
  }
}

/** Versions from here on are Valkey's own. */
const OF_VALKEY = 80;

function digestOf(dump: Uint8Array): string | undefined {
  const bytes = Buffer.from(dump.buffer, dump.byteOffset, dump.length);
  if (bytes.length < 11) return undefined;
  return dumpDigest(bytes.readUInt16LE(bytes.length - 10) < OF_VALKEY ? 'REDIS' : 'VALKEY', bytes);
}
