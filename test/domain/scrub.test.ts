import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeScrub, scrub } from '../../src/domain/scrub.ts';

test.each([
  ['a URL with user and password', 'connect redis://me:hunter2@h:1 failed', 'connect redis://me:[hidden]@h:1 failed'],
  ['a URL with an @ in the password', 'rediss://:hun@ter2@h', 'rediss://:[hidden]@h'],
  ['a bot token', 'token xoxb-12-AbC ok', 'token [hidden] ok'],
  ['an app token', 'xapp-1-A-2-b', '[hidden]'],
  ['a bearer token', 'authorization: Bearer abc.def', 'authorization: Bearer [hidden]'],
  ['a JSON key', '{"db_password":"a\\"b","n":1}', '{"db_password":"[hidden]","n":1}'],
  [
    'JSON in JSON',
    '{"body":"{\\"token\\":\\"a\\\\\\"b\\",\\"n\\":1}"}',
    '{"body":"{\\"token\\":\\"[hidden]\\",\\"n\\":1}"}',
  ],
  ['an assignment', 'PGPASSWORD=hunter2 psql', 'PGPASSWORD=[hidden] psql'],
  ['a command', 'CONFIG SET requirepass hunter2', 'CONFIG SET requirepass [hidden]'],
  ['a command as words', '["CONFIG","SET","masterauth","hunter2"]', '["CONFIG","SET","masterauth","[hidden]"]'],
])('hides %s', (_what, text, want) => {
  expect(scrub(text)).toBe(want);
});

test.each([
  'requirepass is not set',
  'targets.prod.password: the environment variable PW is not set',
  'http://127.0.0.1:8080/hooks/alertmanager',
  'replica 10.0.0.1:6379 follows 10.0.0.2:6379',
])('leaves "%s" alone', (text) => {
  expect(scrub(text)).toBe(text);
});

test('registered secrets are gone from any JSON line, which stays JSON', () => {
  const secret = fc.string({ minLength: 4, maxLength: 40 }).filter((text) => !/^[\s[\]a-z"\\:{},]*$/.test(text));
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (password, before, after) => {
      const line = JSON.stringify({ msg: 'connecting', facts: { reply: before + password + after, password } });
      const clean = makeScrub([password])(line);
      expect(clean).not.toContain(JSON.stringify(password).slice(1, -1));
      expect(() => JSON.parse(clean) as unknown).not.toThrow();
    }),
  );
});
