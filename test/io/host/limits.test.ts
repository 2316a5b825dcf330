import { expect, test } from 'vitest';
import { makePatience } from '../../../src/io/host/limits.ts';

test('each question may take its time until nothing came for too long', async () => {
  let now = 0;
  const patience = makePatience(5000, () => now);
  const given: number[] = [];
  const wait = (ms: number) =>
    patience.spend(async (most) => {
      given.push(most);
      now += ms;
    });
  for (const ms of [2000, 1500, 1000, 1000, 1]) await wait(ms);
  expect(given).toEqual([2000, 2000, 1500, 500, 0]);
});

test('time in which several wait counts once, and what fails is paid for', async () => {
  let now = 0;
  const patience = makePatience(3000, () => now);
  const end = Promise.withResolvers<void>();
  const waiting = [1, 2, 3].map(() => patience.spend(() => end.promise));
  now = 1000;
  end.reject(new Error('lost'));
  await Promise.allSettled(waiting);
  expect(await patience.spend(async (ms) => ms)).toBe(2000);
});

test('an answer brings all the time back', async () => {
  let now = 0;
  const patience = makePatience(3000, () => now);
  await patience.spend(async () => {
    now += 2900;
  });
  patience.renew();
  expect(await patience.spend(async (ms) => ms)).toBe(2000);
  // Also while others still wait.
  await patience.spend(async () => {
    now += 2900;
    patience.renew();
    now += 1500;
  });
  expect(await patience.spend(async (ms) => ms)).toBe(1500);
});
