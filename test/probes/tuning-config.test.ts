import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import probe from '../../src/probes/tuning-config.ts';
import { identityOf } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

test('6.2 knows the old names only, and is asked one by one', () => {
  const server = identityOf('redis-6.2.16');
  const commands = probe.commands(server, parseInfo(''), plainTarget());
  expect(commands).toContainEqual(['CONFIG', 'GET', 'hash-max-ziplist-entries']);
  const reading = probe.read([['timeout', '0'], ['hash-max-ziplist-entries', '512'], []], server);
  expect(reading).toMatchObject({ timeout: 0, hash_max_ziplist_entries: 512, set_max_listpack_entries: undefined });
});

test('newer ones answer to the old names', () => {
  const reply = ['set-max-listpack-entries', '128', 'zset-max-ziplist-value', '64'];
  expect(probe.read([reply], identityOf('valkey-9.1.2'))).toMatchObject({
    set_max_listpack_entries: 128,
    zset_max_ziplist_value: 64,
    dynamic_hz: undefined,
  });
});
