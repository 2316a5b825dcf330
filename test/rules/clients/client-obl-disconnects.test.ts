import { expect, test } from 'vitest';
import clientList from '../../../src/probes/client-list.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/clients/client-obl-disconnects.ts';
import { client } from '../../support/client.ts';
import { said, saw, scene } from '../../support/scene.ts';

function rowScene(before: number | undefined, now: number | undefined) {
  const at = (count: number | undefined) => ({ client_output_buffer_limit_disconnections: count });
  const readings = [
    before === undefined ? saw(stats, at(now)) : saw(stats, at(now), at(before)),
    saw(memoryConfig, { client_output_buffer_limit: 'normal 0 0 0 slave 1 1 1 pubsub 2 2 2' }),
    saw(clientList, [client({ flags: 'P', omem: 5 }), client({ flags: 'P', omem: 9 }), client({ flags: 'N' })]),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, number | undefined, number | undefined, string]>([
  ['none', 3, 3, 'clear'],
  ['one', 3, 4, 'warning'],
  ['seen once', undefined, 3, 'unassessed'],
  ['a version that does not count them', undefined, undefined, 'unassessed'],
])('%s (from %s to %s) is %s', (_what, before, now, wanted) => {
  expect(said(rule, rowScene(before, now))).toBe(wanted);
});

test('the limits and the classes that are connected are shown', () => {
  const [found] = rule.assess('rule', rowScene(3, 5));
  expect(found).toMatchObject({
    headline: '2 connections were closed within 2 s for not taking the replies',
    evidence: [
      {},
      { field: 'client-output-buffer-limit' },
      { field: 'pubsub clients', value: '2, up to 9 bytes behind' },
      { field: 'normal clients', value: '1, up to 0 bytes behind' },
    ],
  });
});
