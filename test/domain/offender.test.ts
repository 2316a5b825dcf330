import { expect, test } from 'vitest';
import { offender } from '../../src/domain/offender.ts';
import { client } from '../support/client.ts';

test('a connection is named by id and by who it is, without its full address', () => {
  const one = client({ id: 9, addr: '10.0.0.17:50112', name: 'bad\u2028name', user: 'app', cmd: 'get' });
  expect(offender(one, { field: 'tot-mem', bytes: 12 }, '< 10')).toEqual({
    field: 'client id=9 tot-mem',
    value: '12 (10.0.0.x:50112 (bad name), user app, last command get)',
    expected: '< 10',
  });
});
