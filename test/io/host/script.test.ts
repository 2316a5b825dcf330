import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Command, ReplyError } from '../../../src/domain/command.ts';
import { answersIn, scriptFor } from '../../../src/io/host/script.ts';

const folder = mkdtempSync(join(tmpdir(), 'redis-medic-script-'));
afterAll(() => rmSync(folder, { recursive: true }));
const MARK = 'f00dfeed';

function ask(...questions: Command[]) {
  const { stdout, stderr } = spawnSync('/bin/sh', ['-c', scriptFor(questions, MARK)], { encoding: 'utf8' });
  return answersIn(stdout, stderr, questions, MARK);
}

function fileWith(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test('each question has its own answer, with every character of it', () => {
  const odd = fileWith('odd', 'a\0b\n\nlast line without an end');
  expect(ask(['read', odd], ['printf', '%s', '$HOME `id` \\n'], ['read', fileWith('empty', '')])).toEqual([
    'a\0b\n\nlast line without an end',
    '$HOME `id` \\n',
    '',
  ]);
});

test('a long file is cut, a log keeps its end', () => {
  const long = fileWith('long', `${'x'.repeat(400_000)}end`);
  const [start, end] = ask(['read', long], ['tail', long]);
  expect(start).toHaveLength(256 * 1024);
  expect(end).toHaveLength(64 * 1024);
  expect(end).toMatch(/xend$/);
});

test('why there is no answer', () => {
  const questions: Command[] = [
    ['read', '/no/such'],
    ['nonesuch', 'x'],
    ['sh', '-c', 'echo bad >&2; exit 3'],
  ];
  expect(ask(questions[0] ?? ['']).concat(ask(questions[1] ?? ['']), ask(questions[2] ?? ['']))).toEqual([
    new ReplyError('no such file: /no/such'),
    new ReplyError('the host has no nonesuch'),
    new ReplyError('bad'),
  ]);
});

test('what a program printed before it failed stands', () => {
  expect(ask(['sh', '-c', 'echo some; exit 1'])).toEqual(['some\n']);
});

test('answers that did not come are undefined, the ones before stand', () => {
  const questions: Command[] = [
    ['read', '/a'],
    ['read', '/b'],
    ['read', '/c'],
  ];
  expect(answersIn(`one\n${MARK} 0\ntwo, half`, '', questions, MARK)).toEqual(['one', undefined, undefined]);
  expect(answersIn('', '', questions, MARK)).toEqual([undefined, undefined, undefined]);
});
