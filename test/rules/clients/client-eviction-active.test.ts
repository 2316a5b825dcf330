import { expect, test } from 'vitest';
import clientList from '../../../src/probes/client-list.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/clients/client-eviction-active.ts';
import { client } from '../../support/client.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

function rowScene(before: number | undefined, now: number | undefined) {
  const readings = [
    before === undefined
      ? saw(stats, { evicted_clients: now })
      : saw(stats, { evicted_clients: now }, { evicted_clients: before }),
    saw(memoryConfig, { maxmemory_clients: '5%' }),
    saw(clientList, [
      client({ id: 1, totalMemory: MIB }),
      client({ id: 2, totalMemory: 3 * MIB }),
      client({ id: 3, totalMemory: MIB - 1 }),
      client({ id: 4, totalMemory: 9 * MIB, flags: 'S' }),
    ]),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, number | undefined, number | undefined, string]>([
  ['none', 3, 3, 'clear'],
  ['one', 3, 4, 'warning'],
  ['seen once', undefined, 3, 'unassessed'],
  ['6.2, which closes nobody for this', undefined, undefined, 'clear'],
])('%s (from %s to %s) is %s', (_what, before, now, wanted) => {
  expect(said(rule, rowScene(before, now))).toBe(wanted);
});

test('the limit and those that hold the most now are shown, replicas left out', () => {
  const [found] = rule.assess('rule', rowScene(3, 4));
  expect(found).toMatchObject({
    headline: 'A connection was closed within 2 s to stay below maxmemory-clients (5%)',
    evidence: [{}, { value: '5%' }, { field: 'client id=2 tot-mem' }, { field: 'client id=1 tot-mem' }],
  });
});
