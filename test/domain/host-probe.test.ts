import { expect, test } from 'vitest';
import { ReplyError } from '../../src/domain/command.ts';
import { defineHostProbe, endOf, file } from '../../src/domain/host-probe.ts';
import type { ServerIdentity } from '../../src/domain/server.ts';
import { identityOf } from '../support/captured.ts';

const server: ServerIdentity = identityOf('redis-7.0.15');

const probe = defineHostProbe({
  sampled: 'once',
  asks: { needed: file('/a'), many: file('{memory_cgroup}/b'), log: endOf('{log_file}') },
  read: (answers) => ({ needed: answers.need('needed'), many: answers.all('many'), log: answers.text('log') }),
});

test('the templates are what it asks and all that is let through', () => {
  expect(probe.asks).toBe('host');
  expect(probe.allows).toEqual([
    ['read', '/a'],
    ['read', '{memory_cgroup}/b'],
    ['tail', '{log_file}'],
  ]);
});

test('answers come under their names, and what could not be read is missing', () => {
  const many = [
    ['/x/b', '1'],
    ['/y/b', new ReplyError('no such file: /y/b')],
    ['/b', '3'],
  ];
  const seen = probe.read([[['/a', 'text']], many, new ReplyError('the server has no log file')], server);
  expect(seen).toEqual({
    needed: 'text',
    many: [
      { about: '/x/b', text: '1' },
      { about: '/b', text: '3' },
    ],
    log: undefined,
  });
});

test.each([
  ['a refusal', [['/a', new ReplyError('permission denied: /a')]], 'permission denied: /a'],
  ['an unknown place', new ReplyError('the server has no a'), 'the server has no a'],
  ['nothing to ask about', [], 'the host has nothing to say of it'],
])('without what it needs, %s is the reason', (_what, reply, reason) => {
  expect(() => probe.read([reply, [], []], server)).toThrow(reason);
});
