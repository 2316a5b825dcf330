import type { RdbFiles } from '../../flow/backup/ports.ts';
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
