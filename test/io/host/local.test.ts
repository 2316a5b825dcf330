import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ReplyError } from '../../../src/domain/command.ts';
import { askLocally } from '../../../src/io/host/local.ts';

const folder = mkdtempSync(join(tmpdir(), 'redis-medic-local-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('files and programs of this machine, each with its answer', async () => {
  writeFileSync(join(folder, 'odd'), 'a\0b');
  const [odd, uptime, words] = await askLocally(
    [
      ['read', join(folder, 'odd')],
      ['read', '/proc/uptime'],
      ['printf', '%s|', '$HOME', "a'b"],
    ],
    2000,
  );
  expect(odd).toBe('a\0b');
  expect(uptime).toMatch(/^\d+\.\d+ /);
  expect(words).toBe("$HOME|a'b|");
});

test('a long file is cut, a log keeps its end', async () => {
  const long = join(folder, 'long');
  writeFileSync(long, `${'x'.repeat(400_000)}end`);
  const [start, end] = await askLocally(
    [
      ['read', long],
      ['tail', long],
    ],
    2000,
  );
  expect(start).toHaveLength(256 * 1024);
  expect(end).toHaveLength(64 * 1024);
  expect(end).toMatch(/xend$/);
});

test('a program that says more than we want to hear is cut', async () => {
  const [text] = await askLocally([['seq', '1000000']], 2000);
  expect(text).toMatch(/^1\n2\n/);
  expect(text).toHaveProperty('length', 256 * 1024);
});

test('why there is no answer', async () => {
  const questions = [['read', '/no/such'], ['nonesuch', 'x'], ['false'], ['read', folder]] as const;
  expect(await askLocally(questions, 2000)).toEqual([
    new ReplyError('no such file: /no/such'),
    new ReplyError('the host has no nonesuch'),
    '',
    expect.objectContaining({ message: expect.stringContaining('EISDIR') }),
  ]);
});

test('a program that hangs is ended, and a pipe without a writer is not waited for', async () => {
  const pipe = join(folder, 'pipe');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  const began = performance.now();
  const [hung, pipeSays] = await askLocally(
    [
      ['sleep', '30'],
      ['read', pipe],
    ],
    300,
  );
  expect(hung).toEqual(new ReplyError('no answer of the host within 0.3 s'));
  expect(pipeSays).toEqual(expect.objectContaining({ message: expect.stringContaining('ESPIPE') }));
  expect(performance.now() - began).toBeLessThan(2000);
});

test('without time nothing is asked', async () => {
  expect(await askLocally([['read', '/proc/uptime']], 0)).toEqual([new ReplyError('the host took too long before')]);
});
