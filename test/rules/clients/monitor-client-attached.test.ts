import { expect, test } from 'vitest';
import clientList, { type Client } from '../../../src/probes/client-list.ts';
import rule from '../../../src/rules/clients/monitor-client-attached.ts';
import { said, saw, scene } from '../../support/scene.ts';

function client(more: Partial<Client>): Client {
  const base = { id: 4, addr: '10.0.0.9:4000', name: 'ops', user: 'default', age: 300, idle: 0, flags: 'N' };
  return { ...base, omem: 0, totalMemory: 0, cmd: 'ping', ...more };
}

const rowScene = (list: Client[] | string) => scene({ nodes: [{ readings: [saw(clientList, list)] }] });

test.each<[string, Client[] | string, string]>([
  ['nobody watches', [client({}), client({ flags: 'S' })], 'clear'],
  ['somebody watches', [client({ flags: 'O' })], 'high'],
  ['a list that nobody lets us read', 'NOPERM no client|list', 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the watcher is named', () => {
  expect(rule.assess('rule', rowScene([client({ flags: 'O', omem: 7 })]))).toMatchObject([
    { evidence: [{ field: 'client id=4 flags', value: 'O: 10.0.0.x:4000 (ops), connected for 5 min, omem 7' }] },
  ]);
});
