import { expect, test } from 'vitest';
import keySizes from '../../src/probes/key-sizes.ts';
import { fromInfo, identityOf, VERSIONS } from '../support/captured.ts';

test('Redis 8.0 knows how large its keys are', () => {
  expect(fromInfo(keySizes, 'redis-8.0.6').bins).toEqual(
    expect.arrayContaining([
      { type: 'string', atLeast: 128, keys: 500 },
      { type: 'hash', atLeast: 2048, keys: 1 },
    ]),
  );
});

test.for(VERSIONS.filter((version) => version !== 'redis-8.0.6'))('%s does not', (version) => {
  expect(fromInfo(keySizes, version).bins).toBeUndefined();
});

test('an empty server of a version that counts has no bins, which is not the same', () => {
  expect(keySizes.read(['redis_version:8.2.1\r\n'], identityOf('redis-8.0.6')).bins).toEqual([]);
});
