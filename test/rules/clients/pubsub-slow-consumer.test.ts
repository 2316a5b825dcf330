import { expect, test } from 'vitest';
import clientList, { type Client } from '../../../src/probes/client-list.ts';
import rule from '../../../src/rules/clients/pubsub-slow-consumer.ts';
import { client } from '../../support/client.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

const rowScene = (list: Client[]) => scene({ nodes: [{ readings: [saw(clientList, list)] }] });

test.each<[string, Client[], string]>([
  ['8 MiB unread', [client({ flags: 'P', omem: 8 * MIB })], 'clear'],
  ['more than 8 MiB unread', [client({ flags: 'P', omem: 8 * MIB + 1 })], 'warning'],
  ['a normal client is another finding', [client({ omem: 90 * MIB })], 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the worst comes first', () => {
  const list = [client({ flags: 'P', omem: 9 * MIB }), client({ id: 5, flags: 'P', omem: 20 * MIB })];
  expect(rule.assess('rule', rowScene(list))).toMatchObject([
    {
      headline: '2 subscribers are behind, one with 20 MiB of unread messages',
      evidence: [{ field: 'client id=5 omem' }, {}],
    },
  ]);
});
