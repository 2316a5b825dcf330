import { describe, expect, test } from 'vitest';
import { memoryLimit } from '../../src/domain/memory-limit.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import type { Target } from '../../src/domain/target.ts';
import { GIB, group, primary } from '../support/planning.ts';

const memory: { total_system_memory: number | undefined } = { total_system_memory: 16 * GIB };

function limitOf(target: Partial<Target>, facts = memory, hosts = ['10.0.0.1:6379']) {
  const snapshot = group(
    hosts.map((name) => ({ ...primary(), name })),
    target,
  );
  const [node] = readNodes(snapshot);
  return node && memoryLimit(snapshot, node, facts);
}

describe('what a server may use', () => {
  test.each([
    ['the RAM of the host', {}, 16 * GIB, 'does not show a container limit'],
    ['what the owner says', { memoryLimitBytes: 4 * GIB }, 4 * GIB, 'medic.yml'],
    ['the RAM where the owner says more than there is', { memoryLimitBytes: 64 * GIB }, 16 * GIB, 'RAM of the host'],
  ])('%s', (_what, target, bytes, from) => {
    expect(limitOf(target)?.bytes).toBe(bytes);
    expect(limitOf(target)?.from).toContain(from);
  });

  test('its share of a host', () => {
    const hosts = ['10.0.0.1:6379', '10.0.0.1:6380', '10.0.0.2:6379'];
    const limit = limitOf({}, memory, hosts);
    expect(limit).toMatchObject({ bytes: 8 * GIB, certain: false });
    expect(limit?.sharedBy.map(({ name }) => name)).toEqual(hosts.slice(0, 2));
  });

  test('what the owner says is for each server alone', () => {
    const limit = limitOf({ memoryLimitBytes: GIB }, memory, ['10.0.0.1:6379', '10.0.0.1:6380']);
    expect(limit).toMatchObject({ bytes: GIB, certain: true });
    expect(limit?.sharedBy).toHaveLength(1);
  });

  test('unknown, unless the owner says', () => {
    const blind = { ...memory, total_system_memory: undefined };
    expect(limitOf({}, blind)).toBeUndefined();
    expect(limitOf({ memoryLimitBytes: GIB }, blind)?.bytes).toBe(GIB);
  });
});
