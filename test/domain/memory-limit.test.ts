import { describe, expect, test } from 'vitest';
import { HOST_RAM, hostMemory } from '../../src/domain/host-memory.ts';
import { memoryLimit } from '../../src/domain/memory-limit.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import type { Target } from '../../src/domain/target.ts';
import { GIB, group, primary } from '../support/planning.ts';
import { saw, scene } from '../support/scene.ts';

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

describe('where the host was looked at', () => {
  const seen = (limit: number, limitFrom: string) => saw(hostMemory, { total: 16 * GIB, limit, limitFrom });

  function limitsOf(
    nodes: Readonly<Record<string, ReturnType<typeof seen> | undefined>>,
    target: Partial<Target> = {},
  ) {
    const snapshot = scene({
      target,
      nodes: Object.entries(nodes).map(([name, reading]) => ({ name, readings: reading ? [reading] : [] })),
    });
    return readNodes(snapshot).map((node) => memoryLimit(snapshot, node, memory));
  }

  test('a control group is the limit, and it is enforced', () => {
    const [limit] = limitsOf({ 'a:1': seen(2 * GIB, 'memory.max of /pod') });
    expect(limit).toMatchObject({ bytes: 2 * GIB, from: 'memory.max of /pod', certain: true, enforced: true });
  });

  test('without one the RAM is certain, but nobody enforces it', () => {
    const [limit] = limitsOf({ 'a:1': seen(16 * GIB, HOST_RAM) });
    expect(limit).toMatchObject({ bytes: 16 * GIB, from: 'RAM of the host', certain: true, enforced: false });
  });

  test('servers of one group share it, of different groups they do not', () => {
    const one = limitsOf({ 'a:1': seen(2 * GIB, 'memory.max of /s'), 'a:2': seen(2 * GIB, 'memory.max of /s') });
    expect(one.map((limit) => limit?.bytes)).toEqual([GIB, GIB]);
    const two = limitsOf({ 'a:1': seen(2 * GIB, 'memory.max of /s'), 'a:2': seen(3 * GIB, 'memory.max of /t') });
    expect(two.map((limit) => limit?.bytes)).toEqual([2 * GIB, 3 * GIB]);
  });

  test('a share of the RAM that is less than the own group counts', () => {
    const group = (name: string) => seen(10 * GIB, `memory.max of /${name}`);
    const [limit] = limitsOf({ 'a:1': group('a'), 'a:2': group('b') });
    expect(limit).toMatchObject({ bytes: 8 * GIB, enforced: false, certain: true });
  });

  test('the owner may know of less', () => {
    const [limit] = limitsOf({ 'a:1': seen(2 * GIB, 'memory.max of /pod') }, { memoryLimitBytes: GIB });
    expect(limit).toMatchObject({ bytes: GIB, from: 'memory limit in medic.yml' });
  });

  test('a host that would not say leaves what INFO says', () => {
    const [limit] = limitsOf({ 'a:1': undefined });
    expect(limit).toMatchObject({ bytes: 16 * GIB, certain: false });
  });
});
