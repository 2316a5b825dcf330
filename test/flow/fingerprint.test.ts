import { describe, expect, test } from 'vitest';
import { NotAnswered, type Probe } from '../../src/domain/probe.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import { drift, fingerprint, readValue } from '../../src/flow/fingerprint.ts';
import memoryConfig from '../../src/probes/memory-config.ts';
import replication from '../../src/probes/replication.ts';
import { saw, scene } from '../support/scene.ts';

const NODE = '10.0.0.1:6379';
const probes = new Map<string, Probe<unknown>>([
  ['memory-config', memoryConfig],
  ['replication', replication],
]);

function server(maxmemory: number) {
  return scene({
    nodes: [
      {
        name: NODE,
        readings: [saw(memoryConfig, { maxmemory, maxmemory_policy: 'noeviction' }), saw(replication, 'NOPERM: info')],
      },
      { name: '10.0.0.2:6379', cause: 'hung', detail: 'no answer within 1.5 s' },
    ],
  });
}

const value = (reading: string) => {
  const [node] = readNodes(server(104857600));
  if (!node) throw new Error('no node');
  return readValue(node, probes, reading);
};

test.each([
  ['memory-config.maxmemory', '104857600'],
  ['memory-config.maxmemory_policy', 'noeviction'],
])('%s is %s', (reading, want) => expect(value(reading)).toBe(want));

test.each([
  ['memory-config.client_output_buffer_limit', 'does not report'],
  ['memory-config.maxmemry', 'there is no reading'],
  ['memry.used', 'there is no reading'],
  ['replication.role', 'NOPERM: info'],
])('%s cannot be told', (reading, reason) => {
  expect(() => value(reading)).toThrow(NotAnswered);
  expect(() => value(reading)).toThrow(reason);
});

describe('drift', () => {
  const expects = fingerprint([{ node: NODE, reading: 'memory-config.maxmemory' }], server(100), probes);

  test('nothing changed', () => expect(drift(expects, server(100), probes)).toEqual({ changed: [] }));

  test('a changed value is named with what is there now', () =>
    expect(drift(expects, server(101), probes)).toEqual({ changed: [{ expectation: expects[0], now: '101' }] }));

  test.each([
    [NODE, 'replication.role', 'not readable (NOPERM: info)'],
    ['10.0.0.2:6379', 'memory-config.maxmemory', 'not readable (10.0.0.2:6379: no answer within 1.5 s)'],
    ['10.0.0.3:6379', 'memory-config.maxmemory', 'not readable (10.0.0.3:6379 is no longer a member of prod)'],
  ])('%s %s that cannot be read has changed', (node, reading, now) => {
    const [change] = drift([{ node, reading, value: 'master' }], server(100), probes).changed;
    expect(change?.now).toBe(now);
  });
});
