/**
 * Copies a server's data into a file over the wire and tells how long it took and how much memory.
 * Arguments: the port of a server on this machine, the file, and `checked` to read its structure and take its SHA-256 alongside.
 */
import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { folderPlace } from '../src/io/places/folder.ts';
import { rdbFiles } from '../src/io/rdb/read-rdb.ts';
import { copyOver } from '../src/io/wire/copy.ts';
import { plainTarget } from '../test/support/target.ts';

const [port = '', file = '', mode = ''] = process.argv.slice(2);
const node = { host: '127.0.0.1', port: Number(port) };

const began = performance.now();
const opened = await copyOver()(node, plainTarget({ seeds: [node] }));
if (opened.kind === 'refused') throw new Error(opened.because);
const look = rdbFiles.alongside(opened.copy.bytes, { now: Date.now(), sample: 1000 });
// As a backup is stored: with its SHA-256, under its name when all of it is on the disk.
const hash = createHash('sha256');
async function* hashed(): AsyncGenerator<Uint8Array> {
  for await (const chunk of look.bytes) {
    hash.update(chunk);
    yield chunk;
  }
}
await folderPlace(dirname(file)).write(basename(file), mode === 'checked' ? hashed() : opened.copy.bytes);
const seconds = (performance.now() - began) / 1000;
const kind = mode === 'checked' ? look.verdict().kind : 'intact';
if (kind !== 'intact') throw new Error(`the copy is ${kind}`);
const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(JSON.stringify({ seconds, megabytes }));
