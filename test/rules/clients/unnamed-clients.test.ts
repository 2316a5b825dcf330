import { expect, test } from 'vitest';
import clientList, { type Client } from '../../../src/probes/client-list.ts';
import rule from '../../../src/rules/clients/unnamed-clients.ts';
import { client } from '../../support/client.ts';
import { said, saw, scene } from '../../support/scene.ts';

function rowScene(...groups: readonly (readonly [count: number, as: Partial<Client>])[]) {
  const listed = groups.flatMap(([count, as]) => Array.from({ length: count }, () => client(as)));
  return scene({ nodes: [{ readings: [saw(clientList, listed)] }] });
}

const NAMED = { name: 'billing' };

test.each([
  ['ten strangers', rowScene([10, {}]), 'info'],
  ['nine strangers', rowScene([9, {}]), 'clear'],
  ['half of them', rowScene([10, {}], [10, NAMED]), 'clear'],
  ['more than half', rowScene([11, {}], [10, NAMED]), 'info'],
  ['such as name their library', rowScene([30, { library: 'jedis' }]), 'clear'],
  ['replicas and ourselves', rowScene([30, { flags: 'S' }], [30, { name: 'redis-medic' }]), 'clear'],
])('%s: %s', (_what, snapshot, wanted) => {
  expect(said(rule, snapshot)).toBe(wanted);
});
