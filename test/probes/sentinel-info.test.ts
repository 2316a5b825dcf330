import { expect, test } from 'vitest';
import sentinelInfo from '../../src/probes/sentinel-info.ts';
import { fromInfo, SENTINELS } from '../support/captured.ts';

test.for(SENTINELS)('%s tells its state and its masters', (version) => {
  const seen = fromInfo(sentinelInfo, version, 'sentinel');
  expect(seen).toMatchObject({ sentinel_tilt: 0, sentinel_tilt_since_seconds: -1 });
  expect(seen.server_time_usec).toBeGreaterThan(1.7e15);
  expect(seen.masters).toEqual([
    { name: 'mymaster', status: 'ok', address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
  ]);
});

test('how often it was in tilt is told by Valkey 9 and newer; on others it is missing, not zero', () => {
  expect(fromInfo(sentinelInfo, 'valkey-9.1.2', 'sentinel').sentinel_total_tilt).toBe(0);
  expect(fromInfo(sentinelInfo, 'redis-8.0.6', 'sentinel').sentinel_total_tilt).toBeUndefined();
});

test('it is asked with plain INFO: to a section one of 6.2 answers nothing', () => {
  expect(sentinelInfo).toMatchObject({ asks: 'sentinel' });
  expect(sentinelInfo.commands({} as never, {} as never, {} as never)).toEqual([['INFO']]);
});
