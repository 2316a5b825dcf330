import { expect, test } from 'vitest';
import clientList, { type Client } from '../../../src/probes/client-list.ts';
import rule from '../../../src/rules/clients/monitor-client-attached.ts';
import { client } from '../../support/client.ts';
import { said, saw, scene } from '../../support/scene.ts';

const rowScene = (list: Client[] | string) => scene({ nodes: [{ readings: [saw(clientList, list)] }] });

test.each<[string, Client[] | string, string]>([
  ['nobody watches', [client({}), client({ flags: 'S' })], 'clear'],
  ['somebody watches', [client({ flags: 'O' })], 'high'],
  ['a list that nobody lets us read', 'NOPERM no client|list', 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the watcher is named', () => {
  expect(rule.assess('rule', rowScene([client({ id: 4, name: 'ops', age: 300, flags: 'O', omem: 7 })]))).toMatchObject([
    { evidence: [{ field: 'client id=4 flags', value: 'O: 10.0.0.x:5000 (ops), connected for 5 min, omem 7' }] },
  ]);
});
