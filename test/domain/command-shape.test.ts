import { expect, test } from 'vitest';
import { masked, shapeOf } from '../../src/domain/command-shape.ts';

const SHAPES = [
  ['HGETALL user:1', 'HGETALL <key>'],
  ['hget user:1 name', 'HGET <key> <value>'],
  ['HMGET user:1 a b c', 'HMGET <key> <2+ values>'],
  ['KEYS *', 'KEYS *'],
  ['KEYS user:*', 'KEYS <pattern>'],
  ['SCAN 0 MATCH user:* COUNT 100000', 'SCAN <cursor> MATCH COUNT'],
  ['HSCAN user:1 0 COUNT 9', 'HSCAN <key> <cursor> COUNT'],
  ['LRANGE queue 0 -1', 'LRANGE <key> 0 -1'],
  ['LRANGE queue 0 99', 'LRANGE <key> <range>'],
  ['ZRANGE board 0 -1 WITHSCORES', 'ZRANGE <key> 0 -1'],
  ['ZRANGE board 0 9 BYSCORE LIMIT 0 10', 'ZRANGE <key> <range> BYSCORE LIMIT'],
  ['ZRANGEBYSCORE board 0 9 LIMIT 0 10', 'ZRANGEBYSCORE <key> LIMIT'],
  ['SORT list', 'SORT <key>'],
  ['SORT list BY weight_* LIMIT 0 5 GET data_*', 'SORT <key> BY LIMIT GET'],
  ['DEL user:1', 'DEL <key>'],
  ['DEL a b c', 'DEL <2+ keys>'],
  ['MSET a 1 b 2', 'MSET <2+ keys>'],
  ['EVAL return 2 k1 k2 arg', 'EVAL <script> <2+ keys>'],
  ['EVALSHA 6b1bf486 0', 'EVALSHA <script>'],
  ['FLUSHALL', 'FLUSHALL'],
  ['FLUSHDB async', 'FLUSHDB ASYNC'],
  ['CONFIG GET requirepass', 'CONFIG GET <argument>'],
  ['DEBUG SLEEP 0.1', 'DEBUG SLEEP <argument>'],
  ['CONFIG <script>alert(1)</script>', 'CONFIG <subcommand>'],
  ['AUTH default hunter2', 'AUTH'],
  ['PUBLISH news text', 'PUBLISH <channel> <message>'],
  ['FT.SEARCH idx query', 'FT.SEARCH <2+ arguments>'],
  ['XREAD COUNT 100 STREAMS s 0', 'XREAD <key>'],
  ['DBSIZE', 'DBSIZE'],
] as const;

test.each(SHAPES)('%s has the shape %s, also when it was blotted out', (line, wanted) => {
  const words = line.split(' ');
  expect(shapeOf(words, words.length - 1)).toBe(wanted);
  expect(shapeOf(masked(words), words.length - 1)).toBe(wanted);
});

test('what people put into a command is blotted out', () => {
  const line = 'SET user:4711 secret EX 60';
  expect(masked(line.split(' ')).join(' ')).toBe('SET ? ? ? ?');
  expect(masked(['MGET', 'a', '... (9 more arguments)'])).toEqual(['MGET', '?', '... (9 more arguments)']);
  expect(masked(['EVAL', "return 'x'", '2', '7', '8', '9'])).toEqual(['EVAL', '?', '2', '?', '?', '?']);
});

test.each([
  [1, '<key>'],
  [2, '<2+ keys>'],
  [9, '<2+ keys>'],
  [10, '<10+ keys>'],
  [999, '<100+ keys>'],
  [50_000, '<10000+ keys>'],
])('%i keys are %s, also when the log shows fewer', (count, wanted) => {
  expect(shapeOf(['MGET', 'k1', '... (9 more arguments)'], count)).toBe(`MGET ${wanted}`);
});
