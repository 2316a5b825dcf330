import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Command } from '../../../src/domain/command.ts';
import { inLanes } from '../../../src/io/host/lanes.ts';
import { makePatience } from '../../../src/io/host/limits.ts';
import { late } from '../../../src/io/host/refusal.ts';

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
  expect(await ask(questions)).toEqual(questions.map((words) => `answer to ${words.at(-1)}`));
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
  const answers = await Promise.all([ask(questions), ask(questions.map(([, at]): Command => ['tty', String(at)]))]);
  expect(answers.flat()).toHaveLength(18);
  expect(most).toBe(6);
});

test('many servers on a busy machine get all their answers, however long they wait for their turn', async () => {
  let now = 0;
  const given: number[] = [];
  const slowly = async (questions: readonly Command[], ms: number) => {
    given.push(ms);
    await sleep(1);
    now += 500;
    return questions.map((words) => `answer to ${words.at(-1)}`);
  };
  const ask = inLanes(
    slowly,
    makePatience(5000, () => now),
  );
  const servers = Array.from({ length: 40 }, (_, pid): Command[] => [
    read(`/proc/${pid}/status`),
    read(`/data/${pid}`),
  ]);
  const answers = await Promise.all(servers.map(ask));
  expect(answers).toEqual(servers.map((questions) => questions.map((words) => `answer to ${words.at(-1)}`)));
  expect(Math.min(...given)).toBeGreaterThan(0);
});

test('a machine that answers nothing is given up, however many ask', async () => {
  const given: number[] = [];
  const ask = inLanes(async (questions, ms) => {
    given.push(ms);
    await sleep(ms);
    return questions.map(() => late(ms));
  }, makePatience(60));
  const servers = Array.from({ length: 40 }, (_, pid): Command[] => [
    read(`/proc/${pid}/status`),
    read(`/data/${pid}`),
  ]);
  const answers = (await Promise.all(servers.map(ask))).flat();
  expect(answers.every((answer) => typeof answer !== 'string')).toBe(true);
  expect(given.filter((ms) => ms === 0).length).toBeGreaterThan(60);
});

test('what a program is asked for several servers at a time is asked once, and later again', async () => {
  const asked: string[] = [];
  const ask = inLanes(async (questions) => {
    asked.push(...questions.map((words) => words.join(' ')));
    await sleep(5);
    return questions.map((words) => `answer ${asked.length} to ${words.join(' ')}`);
  });
  const questions: Command[] = [['dmesg'], read('/proc/meminfo')];
  const [first, second] = await Promise.all([ask(questions), ask(questions)]);
  expect(first?.[0]).toBe(second?.[0]);
  // Rates are taken of these, so each asker gets what is so at its own moment.
  expect(asked.toSorted()).toEqual(['dmesg', 'read /proc/meminfo', 'read /proc/meminfo']);
  await ask([['dmesg']]);
  expect(asked.filter((one) => one === 'dmesg')).toHaveLength(2);
});
