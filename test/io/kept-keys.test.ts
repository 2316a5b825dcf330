import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Reply, ReplyError } from '../../src/domain/command.ts';
import { RunId } from '../../src/domain/ids.ts';
import type { Carrier, CarryCommand, Servers } from '../../src/flow/ports.ts';
import { keptKeys } from '../../src/io/kept-keys.ts';
import { scratchFolder } from '../support/databases.ts';
import { plainTarget } from '../support/target.ts';

const COPY = '0123456789abcdef';
const DAY = 86_400_000;

/** A server with these values, by name, and the deed on it. */
async function world(values: Record<string, { dump: string; ttl: number }>) {
  const folder = join(await scratchFolder(), 'kept-keys');
  const sent: string[] = [];
  let now = Date.now();
  const answer = ([name, ...rest]: CarryCommand): Reply => {
    const words = rest.map(String);
    sent.push([name, ...words.slice(0, 2)].join(' '));
    const key = values[words[0] ?? ''];
    if (name === 'SELECT') return words[0] === '9' ? new ReplyError('ERR DB index is out of range') : 'OK';
    if (name === 'DUMP') return key?.dump ?? null;
    if (name === 'PTTL') return key?.ttl ?? -2;
    if (key) return new ReplyError('BUSYKEY Target key name already exists.');
    values[words[0] ?? ''] = { dump: words[2] ?? '', ttl: Number(words[1]) || -1 };
    return 'OK';
  };
  const never = () => Promise.reject(new Error('not here'));
  const servers: Servers = {
    read: never,
    readKeys: never,
    write: never,
    inspect: never,
    carry: async () => {
      const send: Carrier['send'] = async (all) => ({ replies: all.map(answer), tookMs: 1 });
      return { kind: 'open', session: { send, close() {} } };
    },
  };
  const deed = keptKeys({ servers, folder, clock: { now: () => now } });
  const context = {
    run: RunId.parse('run_0000000001'),
    node: { host: '10.0.0.1', port: 6379 },
    target: plainTarget({}),
    signal: new AbortController().signal,
    progress: () => undefined,
    atEnd: () => undefined,
  };
  const told = async (...words: string[]) => {
    const done = await deed(['keys', ...words], context);
    if (done.kind !== 'answered') return done.why;
    return done.reply instanceof ReplyError ? done.reply.message : done.reply;
  };
  return { folder, sent, values, told, later: (ms: number) => (now += ms) };
}

test('kept for its owner alone, and put back with what was left of its time', async () => {
  const { folder, values, told, later } = await world({
    a: { dump: '\u0000\u00ff', ttl: 10_000 },
    b: { dump: 'B', ttl: -1 },
  });
  expect(await told('keep', COPY, '0', 'a', 'b', 'gone')).toContain('2 of 3 keys copied aside');
  const [file = ''] = await readdir(folder);
  expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  delete values.a;
  delete values.b;
  later(4000);
  expect(await told('restore', COPY, '0', 'a', 'b', 'gone')).toBe('2 keys restored');
  expect(values).toEqual({ a: { dump: '\u0000\u00ff', ttl: 6000 }, b: { dump: 'B', ttl: -1 } });
});

test('done again it is done once; what is another by now stays; what has expired does not come back', async () => {
  const { values, told, later } = await world({ a: { dump: 'A', ttl: -1 }, b: { dump: 'B', ttl: 1000 } });
  await told('keep', COPY, '0', 'a', 'b');
  expect(await told('restore', COPY, '0', 'a', 'b')).toBe('2 keys restored');
  values.a = { dump: 'other', ttl: -1 };
  delete values.b;
  later(1000);
  expect(await told('restore', COPY, '0', 'a', 'b')).toMatch(
    /^BUSYKEY 1 exist again .*\(a\); 0 keys restored, 1 would have/,
  );
});

test('a copy is found under its own name only, and for seven days', async () => {
  const { folder, told, later } = await world({ a: { dump: 'A', ttl: -1 } });
  expect(await told('restore', COPY, '0', 'a')).toContain('the copy is gone');
  await told('keep', COPY, '0', 'a');
  const old = join(folder, 'old.json');
  await writeFile(old, '{}');
  await utimes(old, new Date(Date.now() - 8 * DAY), new Date(Date.now() - 8 * DAY));
  later(1);
  await told('keep', 'f'.repeat(16), '0', 'a');
  expect((await readdir(folder)).length).toBe(2);
  for (const words of [
    ['keep', '../../etc'],
    ['keep', COPY, 'x'],
    ['keep', COPY, ''],
  ]) {
    expect(await told(...words)).toContain('names no copy');
  }
  expect(await told('delete', COPY, '0', 'a')).toContain('cannot delete');
});

test('nothing is kept where the database cannot be chosen, or where it is too much', async () => {
  const { folder, sent, told } = await world({ a: { dump: 'x'.repeat(97 * 1024 * 1024), ttl: -1 } });
  expect(await told('keep', COPY, '9', 'a')).toContain('out of range');
  expect(sent).toEqual(['SELECT 9']);
  expect(await told('keep', COPY, '0', 'a')).toContain('nothing was deleted');
  await expect(readdir(folder)).rejects.toThrow('ENOENT');
});
