import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { removeStale } from '../../../src/io/scratch/folder.ts';
import { spoolIn } from '../../../src/io/scratch/spool.ts';
import { AS_ROOT, smallDisk } from '../../support/small-disk.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medic-spool-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* hello() {
  yield Buffer.from('hello ');
  yield Buffer.from('you');
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('what is fetched can be read by its owner until it is let go, whole and in parts', async () => {
  const fetched = await spoolIn(folder)(hello(), 9);
  if (!fetched?.path) throw new Error('it was not fetched');
  expect(await readFile(fetched.path, 'utf8')).toBe('hello you');
  expect((await stat(fetched.path)).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(fetched.path))).mode & 0o777).toBe(0o700);
  expect([await textOf(fetched.read()), await textOf(fetched.read({ from: 6, to: 8 }))]).toEqual(['hello you', 'yo']);
  // Whoever starts beside us clears away what was left, not what is in use, however old it is.
  await utimes(dirname(fetched.path), 1, 1);
  await removeStale(folder, Date.now());
  expect(await readdir(folder)).toHaveLength(1);
  await fetched.release();
  await fetched.release();
  expect(await readdir(folder)).toEqual([]);
});

test('what there is no room for is not fetched', async () => {
  expect(await spoolIn(folder)(hello(), Number.MAX_SAFE_INTEGER)).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);
});

test.runIf(AS_ROOT)('neither is what there is no room for any more when it comes', async () => {
  const disk = await smallDisk(80);
  async function* crowded() {
    await writeFile(join(disk.folder, 'of others'), Buffer.alloc(79 * 1024 * 1024));
    for (let left = 20; left > 0; left -= 1) yield Buffer.alloc(100_000);
  }
  expect(await spoolIn(disk.folder)(crowded(), 2_000_000)).toBeUndefined();
  expect(await readdir(disk.folder)).toEqual(['of others']);
  await disk.remove();
});

test('what breaks off or is called off leaves nothing', async () => {
  async function* cut() {
    yield Buffer.from('hello');
    throw new Error('the bucket is gone');
  }
  await expect(spoolIn(folder)(cut(), 9)).rejects.toThrow('the bucket is gone');
  const off = new AbortController();
  async function* endless() {
    for (;;) {
      yield Buffer.alloc(1000);
      off.abort(new Error('it was cancelled'));
    }
  }
  await expect(spoolIn(folder)(endless(), 9, off.signal)).rejects.toThrow('it was cancelled');
  expect(await readdir(folder)).toEqual([]);
});

test('it does not outlive its process, even one that is killed', async () => {
  const spool = fileURLToPath(new URL('../../../src/io/scratch/spool.ts', import.meta.url));
  const script = `
    const { spoolIn } = await import(${JSON.stringify(spool)});
    await spoolIn(process.argv[1])((async function* () { yield Buffer.from('x'); })(), 1);
    process.stdout.write('there');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(await readdir(folder)).toHaveLength(1);
  child.kill('SIGKILL');
  await vi.waitFor(async () => expect(await readdir(folder)).toEqual([]), 15_000);
}, 30_000);
