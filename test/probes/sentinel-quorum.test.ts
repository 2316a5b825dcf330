import { expect, test } from 'vitest';
import { ReplyError } from '../../src/domain/command.ts';
import sentinelQuorum from '../../src/probes/sentinel-quorum.ts';
import { identityOf, replies, SENTINELS, VERSIONS } from '../support/captured.ts';

test.for(SENTINELS)('%s says that a failover can be agreed on', (version) => {
  expect(sentinelQuorum.read(replies(version, 'sentinel-quorum-met'), identityOf(version))).toMatchObject({
    met: true,
    usable: 2,
  });
});

test.for(VERSIONS)('%s says that it cannot, and why', (version) => {
  const seen = sentinelQuorum.read(replies(version, 'sentinel-quorum-not-met'), identityOf(version));
  expect(seen).toMatchObject({ met: false, text: expect.stringContaining('Not enough available Sentinels') });
  expect(seen.usable).toBeGreaterThan(0);
});

test('a master that it does not know is no question of quorum', () => {
  const unknown = new ReplyError('ERR No such master with that name');
  expect(() => sentinelQuorum.read([unknown], identityOf('redis-7.0.15'))).toThrow('it watches no master of this name');
});

test('a refusal is no answer', () => {
  const refusal = new ReplyError('NOPERM: sentinel|ckquorum');
  expect(() => sentinelQuorum.read([refusal], identityOf('redis-7.0.15'))).toThrow('NOPERM');
});
