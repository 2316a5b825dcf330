/**
 * Copies a server's data into a file over the wire and tells how long it took and how much memory.
 * Arguments: the port of a server on this machine, the file, and `checked` to read the structure alongside.
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rdbFiles } from '../src/io/rdb/read-rdb.ts';
import { copyOver } from '../src/io/wire/copy.ts';
import { plainTarget } from '../test/support/target.ts';

const [port = '', file = '', mode = ''] = process.argv.slice(2);
const node = { host: '127.0.0.1', port: Number(port) };

const began = performance.now();
const opened = await copyOver()(node, plainTarget({ seeds: [node] }));
if (opened.kind === 'refused') throw new Error(opened.because);
const look = rdbFiles.alongside(opened.copy.bytes, { now: Date.now(), sample: 1000 });
const bytes = mode === 'checked' ? look.bytes : opened.copy.bytes;
// As redis-cli does, it is on the disk before it counts.
const highWaterMark = 1024 * 1024;
await pipeline(
  Readable.from(bytes, { objectMode: false, highWaterMark }),
  createWriteStream(file, { flush: true, highWaterMark }),
);
const seconds = (performance.now() - began) / 1000;
const kind = mode === 'checked' ? look.verdict().kind : 'intact';
if (kind !== 'intact') throw new Error(`the copy is ${kind}`);
const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(JSON.stringify({ seconds, megabytes }));
