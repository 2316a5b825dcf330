import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import probe from '../../src/probes/requirepass.ts';
import { identityOf } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

const server = identityOf('redis-7.0.15');
const asked = (admitsAnyone: boolean) => probe.commands({ ...server, admitsAnyone }, parseInfo(''), plainTarget());

test('a password that protects the server is not asked for', () => {
  expect(asked(false)).toMatch(/not asked for/);
  expect(probe.commands(server, parseInfo(''), plainTarget())).toMatch(/not asked for/);
});

test('one that does not is read as yes or no', () => {
  expect(asked(true)).toEqual([['CONFIG', 'GET', 'requirepass']]);
  expect(probe.read([['requirepass', 'secret']], server)).toEqual({ isSet: true });
  expect(probe.read([['requirepass', '']], server)).toEqual({ isSet: false });
});
