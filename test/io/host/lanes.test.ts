import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Command } from '../../../src/domain/command.ts';
import { inLanes } from '../../../src/io/host/lanes.ts';

const read = (path: string): Command => ['read', path];

test('what the kernel answers goes together, files of a disk go together, programs go alone', async () => {
  const lanes: string[][] = [];
  const ask = inLanes(async (questions) => {
    lanes.push(questions.map((words) => words.join(' ')));
    return questions.map((words) => `answer to ${words.at(-1)}`);
  });
  const questions: Command[] = [
    read('/proc/1/status'),
    ['uname', '-m'],
    read('/etc/a'),
    read('/sys/x'),
    read('/proc/1/root/b'),
    ['id'],
  ];
  expect(await ask(questions, 1000)).toEqual(questions.map((words) => `answer to ${words.at(-1)}`));
  expect(lanes).toEqual([
    ['read /proc/1/status', 'read /sys/x'],
    ['uname -m'],
    ['read /etc/a', 'read /proc/1/root/b'],
    ['id'],
  ]);
});

test('no more shells at a time than sshd allows, whoever asks', async () => {
  let [open, most] = [0, 0];
  const ask = inLanes(async (questions) => {
    open += 1;
    most = Math.max(most, open);
    await sleep(5);
    open -= 1;
    return questions.map(() => '');
  });
  const questions = Array.from({ length: 9 }, (_, at): Command => ['id', String(at)]);
  const answers = await Promise.all([ask(questions, 1000), ask(questions, 1000)]);
  expect(answers.flat()).toHaveLength(18);
  expect(most).toBe(6);
});

test('one that waited for its turn has less time left', async () => {
  const given: number[] = [];
  const ask = inLanes(async (questions, ms) => {
    given.push(ms);
    await sleep(60);
    return questions.map(() => '');
  });
  await ask(
    Array.from({ length: 7 }, (_, at): Command => ['id', String(at)]),
    1000,
  );
  expect(given.at(-1)).toBeLessThan(960);
});
