import { expect, test } from 'vitest';
import keyspace from '../../src/probes/keyspace.ts';
import { fromInfo, identityOf, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s counts keys and those with an expiry', (version) => {
  expect(fromInfo(keyspace, version)).toMatchObject({ keys: 2505, expires: 500 });
});

test('all databases count; histograms of 8.0 and lines that only look alike do not', () => {
  const text =
    'db0:keys=3,expires=1,avg_ttl=0\r\ndb11:keys=4,expires=0\r\ndb0_distrib_lists_items:256=1\r\ndbx:keys=9\r\n';
  expect(keyspace.read([text], identityOf('redis-8.0.6'))).toEqual({
    keys: 7,
    expires: 1,
    databases: [
      { index: 0, keys: 3, expires: 1 },
      { index: 11, keys: 4, expires: 0 },
    ],
  });
});

test('an empty server has no line for any database', () => {
  expect(keyspace.read(['# Keyspace\r\n'], identityOf('redis-7.0.15'))).toEqual({ keys: 0, expires: 0, databases: [] });
});
