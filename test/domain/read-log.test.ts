import { expect, test } from 'vitest';
import type { Reply } from '../../src/domain/command.ts';
import { maskedLog, readLogged } from '../../src/domain/read-log.ts';

const ENTRY: Reply = [7, 1_800_000_000, 20_000, ['HMGET', 'user:1', 'name', 'card'], '10.0.0.9:4000', 'web'];

test('an entry is read without its arguments', () => {
  const [logged, figure] = readLogged(ENTRY);
  expect(figure).toBe(20_000);
  expect(logged).toEqual({
    id: 7,
    at: 1_800_000_000,
    command: 'hmget',
    shape: 'HMGET <key> <2+ values>',
    argumentCount: 3,
    client: '10.0.0.9:4000',
    clientName: 'web',
  });
});

test.each([
  ['words that the log leaves out', ['MGET', 'a', 'b', '... (97 more arguments)'], undefined, 99],
  ['the count that Redis 8.10 gives', ['MGET', 'a', 'b'], 200, 199],
])('%s are counted', (_what, words, inAll, wanted) => {
  const [logged] = readLogged([1, 1, 1, words, '', '', ...(inAll === undefined ? [] : [inAll])]);
  expect(logged.argumentCount).toBe(wanted);
});

test('a log that is kept reads the same and holds no arguments', () => {
  const [entry] = maskedLog([ENTRY]) as readonly Reply[];
  expect(readLogged(entry ?? null)).toEqual(readLogged(ENTRY));
  expect(JSON.stringify(entry)).not.toMatch(/user:1|card/);
});

test('what is no log is kept as it is', () => {
  expect(maskedLog('OK')).toBe('OK');
  expect(maskedLog(null)).toBeNull();
});
