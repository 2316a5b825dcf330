import { expect, test } from 'vitest';
import { makeBudget } from '../../../src/io/host/limits.ts';

test('each question may take its time until the budget is spent', async () => {
  let now = 0;
  const budget = makeBudget(5000, () => now);
  const given: number[] = [];
  const wait = (ms: number) =>
    budget.spend(async (most) => {
      given.push(most);
      now += ms;
    });
  for (const ms of [2000, 1500, 1000, 1000, 1]) await wait(ms);
  expect(given).toEqual([2000, 2000, 1500, 500, 0]);
});

test('time in which several wait counts once, and what fails is paid for', async () => {
  let now = 0;
  const budget = makeBudget(3000, () => now);
  const end = Promise.withResolvers<void>();
  const waiting = [1, 2, 3].map(() => budget.spend(() => end.promise));
  now = 1000;
  end.reject(new Error('lost'));
  await Promise.allSettled(waiting);
  expect(await budget.spend(async (ms) => ms)).toBe(2000);
});
