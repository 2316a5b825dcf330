/**
 * Puts the keys of a backup back and tells how long it took and how much memory it added to a process that was at rest.
 * Arguments: the port of a server on this machine, the folder of the backups, the id of one.
 */
import { readFileSync } from 'node:fs';
import { RunId } from '../src/domain/ids.ts';
import { plainTarget } from '../test/support/target.ts';
import { startWorks } from '../test/support/works.ts';

const [port = '', folder = '', id = ''] = process.argv.slice(2);
const node = { host: '127.0.0.1', port: Number(port) };
const opened = await startWorks({ place: { kind: 'folder', path: folder } });
const deed = opened.deeds.get('backup');
const closers: (() => Promise<void>)[] = [];
const resting = megabytes('VmRSS');
const began = performance.now();
const sent = await deed?.(['backup', 'restore-keys', id, 'keep', '-', String(512 * 1024 * 1024 - 128 * 1024)], {
  run: RunId.parse('run_0123456789'),
  node,
  target: plainTarget({ seeds: [node] }),
  signal: new AbortController().signal,
  progress: () => {},
  atEnd: (end) => closers.push(end),
});
const seconds = (performance.now() - began) / 1000;
for (const end of closers) await end();
await opened.close();
if (sent?.kind !== 'answered') throw new Error(sent?.why ?? 'there is no such deed');
const added = megabytes('VmHWM') - resting;
process.stdout.write(JSON.stringify({ seconds, resting, added, said: sent.reply }));

function megabytes(field: string): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Math.round(Number(new RegExp(`${field}:\\s*(\\d+)`).exec(status)?.[1]) / 1024);
}
