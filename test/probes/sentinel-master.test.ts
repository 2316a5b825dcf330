import { expect, test } from 'vitest';
import { ReplyError } from '../../src/domain/command.ts';
import { NotAnswered } from '../../src/domain/probe.ts';
import sentinelMaster from '../../src/probes/sentinel-master.ts';
import { identityOf, replies, VERSIONS } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

test.for(VERSIONS)('%s tells where the master is and how it is watched', (version) => {
  const seen = sentinelMaster.read(replies(version, 'sentinel-master'), identityOf(version));
  expect(seen).toMatchObject({
    address: { host: '127.0.0.1' },
    flags: ['master'],
    primary: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    state: 'master',
    roleReported: 'master',
    quorum: 2,
    configEpoch: 0,
    parallelSyncs: 1,
  });
  expect(seen.toldToClients).toEqual(seen.address);
  expect(seen.runId).toMatch(/^[0-9a-f]{40}$/);
  expect([seen.downMs, seen.agreedDownMs]).toEqual([undefined, undefined]);
});

test('a master that is down has the times since when', () => {
  const entry = [
    'ip',
    '10.0.0.1',
    'port',
    '6379',
    'flags',
    's_down,o_down,master,disconnected',
    's-down-time',
    '1983',
    'o-down-time',
    '826',
  ];
  const seen = sentinelMaster.read([entry, ['10.0.0.2', '6379']], identityOf('redis-7.0.15'));
  expect(seen).toMatchObject({ downMs: 1983, agreedDownMs: 826, toldToClients: { host: '10.0.0.2' } });
  expect(seen.flags).toContain('o_down');
});

test.each([
  [
    'a master that it does not know',
    [new ReplyError('ERR No such master with that name'), null],
    'it watches no master of this name',
  ],
  ['a master without an address', [[], null], 'names no address'],
])('%s is not answered', (_what, answer, reason) => {
  expect(() => sentinelMaster.read(answer, identityOf('redis-7.0.15'))).toThrow(NotAnswered);
  expect(() => sentinelMaster.read(answer, identityOf('redis-7.0.15'))).toThrow(reason);
});

test('it is asked about the master of the target, and of nobody where there is none', () => {
  const asked = (sentinel?: string) =>
    sentinelMaster.commands(
      identityOf('redis-7.0.15'),
      {} as never,
      plainTarget(sentinel === undefined ? {} : { sentinel: { seeds: [], master: sentinel, credentials: {} } }),
    );
  expect(asked('orders')).toEqual([
    ['SENTINEL', 'MASTER', 'orders'],
    ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'orders'],
  ]);
  expect(asked()).toContain('sentinel.master');
});
