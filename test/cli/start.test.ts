import { expect, test } from 'vitest';
import { runUntilStopped } from '../../src/cli/start.ts';
import { makeLog } from '../../src/io/log.ts';

function begin(close: () => Promise<void>) {
  let signal: (name: string) => void = () => {};
  const deadline = Promise.withResolvers<void>();
  const events: string[] = [];
  const status = runUntilStopped(
    async () => ({
      close: async () => {
        events.push('closing');
        await close();
        events.push('closed');
      },
    }),
    {
      onSignal: (listener) => {
        signal = listener;
      },
      clock: { now: () => 0, sleep: () => deadline.promise },
      log: makeLog({ level: 'silent', write: () => {} }),
    },
  );
  return { status, events, signal: (name: string) => signal(name), late: () => deadline.resolve() };
}

const never = () => new Promise<void>(() => {});

test('the first signal closes what runs, and the status is 0', async () => {
  const bot = begin(async () => {});
  bot.signal('SIGTERM');
  expect(await bot.status).toBe(0);
  expect(bot.events).toEqual(['closing', 'closed']);
});

test('a second signal does not wait', async () => {
  const bot = begin(never);
  bot.signal('SIGINT');
  bot.signal('SIGINT');
  expect(await bot.status).toBe(1);
});

test.each([
  ['a second signal', 2, never],
  ['the deadline after one signal', 1, async () => {}],
])('%s ends a start that hangs', async (_what, signals, sleep) => {
  let signal: (name: string) => void = () => {};
  const status = runUntilStopped(() => new Promise(() => {}), {
    onSignal: (listener) => {
      signal = listener;
    },
    clock: { now: () => 0, sleep },
    log: makeLog({ level: 'silent', write: () => {} }),
  });
  for (let count = 0; count < signals; count += 1) signal('SIGINT');
  expect(await status).toBe(1);
});

test('what does not close in time is left', async () => {
  const bot = begin(never);
  bot.signal('SIGTERM');
  bot.late();
  expect(await bot.status).toBe(1);
});

test('a close that fails is status 1', async () => {
  const bot = begin(() => Promise.reject(new Error('database gone')));
  bot.signal('SIGTERM');
  expect(await bot.status).toBe(1);
});
