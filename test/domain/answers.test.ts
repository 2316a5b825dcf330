import { expect, test } from 'vitest';
import { type Answers, answerTo, questionKey } from '../../src/domain/answers.ts';
import { type Reply, ReplyError } from '../../src/domain/command.ts';
import { NotAnswered } from '../../src/domain/probe.ts';

const NODE = '10.0.0.1:6379';
const type = (key: string, db?: number) => ({
  node: NODE,
  ...(db !== undefined && { db }),
  command: ['TYPE', key] as const,
});

test('the first database is that of a question that names none, and words do not run into each other', () => {
  expect(questionKey(type('k', 0))).toBe(questionKey(type('k')));
  expect(questionKey(type('k', 1))).not.toBe(questionKey(type('k')));
  expect(questionKey({ node: NODE, command: ['TYPE', 'a', 'b'] })).not.toBe(questionKey(type('a b')));
});

test('an answer is given; none, and an error, is not answered and says why', () => {
  const answers: Answers = new Map<string, Reply>([
    [questionKey(type('k')), 'string'],
    [questionKey(type('gone')), null],
    [questionKey(type('kept')), new ReplyError('NOPERM no')],
  ]);
  expect(answerTo(answers, type('k'))).toBe('string');
  expect(answerTo(answers, type('gone'))).toBeNull();
  expect(() => answerTo(answers, type('kept'))).toThrow(NotAnswered);
  expect(() => answerTo(answers, type('kept'))).toThrow('10.0.0.1:6379: NOPERM no');
  expect(() => answerTo(undefined, type('k'))).toThrow('TYPE was not asked');
});
