import { describe, expect, test } from 'vitest';
import { NotAnswered, type Probe } from '../../src/domain/probe.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import { guardCompiler } from '../../src/io/cel.ts';
import memory from '../../src/probes/memory.ts';
import memoryConfig from '../../src/probes/memory-config.ts';
import replication from '../../src/probes/replication.ts';
import { saw, scene } from '../support/scene.ts';

const compile = guardCompiler(
  new Map<string, Probe<unknown>>([
    ['memory', memory],
    ['memory-config', memoryConfig],
    ['replication', replication],
  ]),
);

const snapshot = scene({
  nodes: [
    {
      readings: [
        saw(memory, { used_memory: 90, maxmemory: 100, maxmemory_policy: 'allkeys-lru' }),
        saw(memoryConfig, 'NOPERM: config|get'),
        saw(replication, { role: 'master', connected_slaves: 0 }),
      ],
    },
  ],
});
const [node] = readNodes(snapshot);

function holds(text: string): boolean {
  const compiled = compile(text);
  if (compiled.kind === 'mistake' || !node)
    throw new Error(compiled.kind === 'mistake' ? compiled.mistake.message : '');
  return compiled.guard.holds(node);
}

describe('whole numbers and fractions mix', () => {
  test.each([
    ['memory.used_memory < 0.9 * memory.maxmemory', false],
    ['memory.used_memory <= 0.9 * memory.maxmemory', true],
    ['memory.maxmemory - 10 == memory.used_memory', true],
    ['memory.used_memory / 2 == 45', true],
    ['1 + memory.maxmemory > 100', true],
    ['replication.connected_slaves > 0', false],
    ['replication.connected_slaves == 0', true],
    ['0 != replication.connected_slaves', false],
    ['memory.maxmemory_policy.startsWith("allkeys-") && replication.role == "master"', true],
    ['memory.maxmemory_policy in ["noeviction", "volatile-lru"]', false],
  ])('%s is %s', (text, want) => expect(holds(text)).toBe(want));
});

describe('refused when it is loaded, with its place', () => {
  test.each([
    ['memory.used_memry > 1', 7, 'memory has no field "used_memry", did you mean "used_memory"?'],
    ['memry.used_memory > 1', 0, 'there is no reading "memry", did you mean "memory"?'],
    ['1 < 2 && memory_config.maxmemry > 0', 23, 'did you mean "maxmemory"?'],
    ['memory.used_memory', 0, 'a guard must be true or false, but this gives a double'],
    ['memory.used_memory > "1"', 0, 'no such overload: double > string'],
    ['memory.used_memory >', 20, 'Unexpected token: EOF'],
    ['memory.maxmemory_policy.matches("(a+)+b")', 0, 'matches is not allowed'],
    ['[1].exists(x, memory.maxmemory_policy.matches("a"))', 14, 'matches is not allowed'],
    ['memory["used_memory"] > 1', 0, 'name a field of it, such as memory.used_memory'],
    ['cel.bind(m, memory, m.used_memory > 1)', 12, 'name a field of it'],
    ['process.exit(1)', 0, 'there is no reading "process"'],
  ])('%s', (text, at, message) => {
    const compiled = compile(text);
    expect(compiled.kind).toBe('mistake');
    if (compiled.kind !== 'mistake') return;
    expect(compiled.mistake.message).toContain(message);
    expect(compiled.mistake.at).toBe(at);
  });
});

describe('what could not be looked at is not an answer', () => {
  test.each([
    ['memory_config.maxmemory > 0', 'NOPERM: config|get'],
    ['memory.used_memory < 1 || memory_config.maxmemory > 0', 'NOPERM: config|get'],
    ['memory.total_system_memory > 0', '127.0.0.1:6379 does not report memory.total_system_memory'],
  ])('%s', (text, reason) => {
    expect(() => holds(text)).toThrow(NotAnswered);
    expect(() => holds(text)).toThrow(reason);
  });

  test('and does not matter where the rest decides alone', () => {
    expect(holds('memory.used_memory > 1 || memory_config.maxmemory > 0')).toBe(true);
    expect(holds('memory.total_system_memory > 0 || memory.used_memory > 1')).toBe(true);
    expect(holds('memory.used_memory < 1 && memory_config.maxmemory > 0')).toBe(false);
  });
});
