import { describe, expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import { NotAnswered } from '../../src/domain/probe.ts';
import type { ReadNode } from '../../src/domain/snapshot.ts';
import memoryConfig, { ignoresMaxmemory } from '../../src/probes/memory-config.ts';
import { fromConfig, identityOf, VERSIONS } from '../support/captured.ts';
import { type ReadSketch, saw, scene } from '../support/scene.ts';
import { plainTarget } from '../support/target.ts';

test.for(VERSIONS)('%s tells its limit, policy and buffer limits', (version) => {
  expect(fromConfig(memoryConfig, version)).toMatchObject({
    maxmemory: 209_715_200,
    maxmemory_policy: 'noeviction',
    client_output_buffer_limit: 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
  });
});

test('6.2 is asked one parameter a call, newer versions all at once', () => {
  const asked = (version: 'redis-6.2.16' | 'redis-7.0.15') =>
    memoryConfig.commands(identityOf(version), parseInfo(''), plainTarget());
  expect(asked('redis-6.2.16')).toContainEqual(['CONFIG', 'GET', 'maxmemory-policy']);
  expect(asked('redis-7.0.15')).toHaveLength(1);
});

describe('maxmemory is ignored', () => {
  const node = (sketch: ReadSketch) => scene({ nodes: [sketch] }).nodes[0] as ReadNode;
  const told = (value: string | undefined) => [saw(memoryConfig, { replica_ignore_maxmemory: value })];
  test('never by a primary', () => expect(ignoresMaxmemory(node({ readings: [] }))).toBe(false));
  test('by a replica, as the default is', () => {
    expect(ignoresMaxmemory(node({ role: 'replica', readings: told('yes') }))).toBe(true);
    expect(ignoresMaxmemory(node({ role: 'replica', readings: told(undefined) }))).toBe(true);
  });
  test('not by a replica that was told so', () => {
    expect(ignoresMaxmemory(node({ role: 'replica', readings: told('no') }))).toBe(false);
  });
  test('by a replica whose CONFIG is closed to us: nobody knows', () => {
    const closed = node({ role: 'replica', readings: [saw(memoryConfig, 'NOPERM no config|get')] });
    expect(() => ignoresMaxmemory(closed)).toThrow(NotAnswered);
  });
});
