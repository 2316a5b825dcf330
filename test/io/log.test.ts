import { expect, test } from 'vitest';
import { makeLog } from '../../src/io/log.ts';

function logged(log: (to: ReturnType<typeof makeLog>) => void): string[] {
  const lines: string[] = [];
  log(makeLog({ level: 'info', secrets: ['correct horse'], write: (line) => lines.push(line) }));
  return lines;
}

test('a line is JSON with time, level, the sentence and the facts', () => {
  const [line = ''] = logged((log) => log.warn({ target: 'prod', took: 3 }, 'probe failed'));
  expect(JSON.parse(line)).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    target: 'prod',
    took: 3,
    msg: 'probe failed',
  });
});

test('secrets are hidden in facts at any depth, in messages and in stacks', () => {
  const lines = logged((log) => {
    log.info({ deep: { er: [{ authorization: 'Bearer abc' }] } }, 'said correct horse');
    log.error({ err: new Error('redis://u:hunter2@h refused') }, 'cannot connect');
    log.error({ error: new Error('xoxb-1-2') }, 'cannot post');
  });
  expect(lines).toHaveLength(3);
  expect(lines.join('')).not.toMatch(/correct horse|abc|hunter2|xoxb/);
  expect(lines[1]).toContain('log.test.ts');
});

test('untrusted text cannot break a line', () => {
  const [line = ''] = logged((log) => log.info({ key: 'a\nb\u2028{"level":"error"}' }, 'key'));
  expect(line.trimEnd().split(/\r?\n/)).toHaveLength(1);
});

test('lines below the level are not written', () => {
  expect(logged((log) => log.debug({}, 'detail'))).toEqual([]);
});
