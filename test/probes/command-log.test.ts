import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import commandLog from '../../src/probes/command-log.ts';
import { identityOf, replies } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

test.for(['valkey-8.1.1', 'valkey-9.1.2'] as const)(
  '%s lists large requests and replies without their arguments',
  (version) => {
    const [requests] = replies(version, 'commandlog-large-request');
    const [answers] = replies(version, 'commandlog-large-reply');
    const log = commandLog.read([requests ?? null, answers ?? null], identityOf(version));
    expect(log.requests).toMatchObject([
      { shape: 'SET <key> <value>', bytes: 1_200_042, clientName: 'fixture-writer' },
    ]);
    expect(log.replies.map(({ shape, argumentCount, bytes }) => [shape, argumentCount, bytes])).toEqual([
      ['MGET <10+ keys>', 40, 1_200_212],
      ['GET <key>', 1, 1_200_012],
      ['HGETALL <key>', 1, 2_138_903],
      ['HGETALL <key>', 1, 2_138_903],
    ]);
    expect(JSON.stringify(log)).not.toMatch(/secret-key|page:1|x{9}/);
  },
);

test.each([
  ['valkey-8.1.1', 2],
  ['valkey-9.1.2', 2],
] as const)('%s is asked two questions', (version, count) => {
  expect(commandLog.commands(identityOf(version), parseInfo(''), plainTarget())).toHaveLength(count);
});

test.each(['redis-7.0.15', 'redis-8.0.6'] as const)('%s has no such log', (version) => {
  expect(commandLog.commands(identityOf(version), parseInfo(''), plainTarget())).toContain('Valkey 8.1');
});
