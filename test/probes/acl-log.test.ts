import { expect, test } from 'vitest';
import aclLog from '../../src/probes/acl-log.ts';
import { identityOf, replies, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s without denials has an empty log', (version) => {
  expect(aclLog.read(replies(version, 'acl-log-empty'), identityOf(version))).toEqual([]);
});

const SHARED = ['count', 3, 'reason', 'command', 'context', 'toplevel', 'object', 'slaveof', 'username', 'app'];

test('7.0 tells how long ago the last of a row of denials was', () => {
  const reply = [
    [...SHARED, 'age-seconds', '4.096', 'client-info', 'id=5 addr=10.0.0.4:50000 name=sentinel-0a1b2c3d-cmd age=1'],
  ];
  expect(aclLog.read([reply], identityOf('redis-7.0.15'))).toEqual([
    {
      reason: 'command',
      count: 3,
      ageSeconds: 4.096,
      username: 'app',
      command: 'slaveof',
      clientName: 'sentinel-0a1b2c3d-cmd',
    },
  ]);
});

test('7.2 and newer tell over which time they were counted', () => {
  const times = ['timestamp-created', 1_795_396_038_000, 'timestamp-last-updated', 1_795_396_098_500];
  const reply = [[...SHARED, 'age-seconds', '4.096', 'client-info', '', 'entry-id', 0, ...times]];
  expect(aclLog.read([reply], identityOf('redis-7.4.1'))[0]?.spanSeconds).toBe(60.5);
});
