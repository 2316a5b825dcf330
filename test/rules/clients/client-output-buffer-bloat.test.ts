import { expect, test } from 'vitest';
import clientList, { type Client } from '../../../src/probes/client-list.ts';
import clients from '../../../src/probes/clients.ts';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/clients/client-output-buffer-bloat.ts';
import { client } from '../../support/client.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

function hoarder(omem: number, more: Partial<Client> = {}): Client {
  const own = { addr: '10.0.0.17:50112', name: 'feed', user: 'app' };
  return client({ ...own, omem: omem * MIB, totalMemory: omem * MIB, ...more });
}

interface Row {
  /** MiB. */
  held?: number;
  max?: number;
  hostLimit?: number;
  connected?: number;
  list?: Client[] | string;
}

function rowScene({ held = 1, max = 1000, hostLimit, connected = 10, list = [] }: Row) {
  return scene({
    target: hostLimit === undefined ? {} : { memoryLimitBytes: hostLimit * MIB },
    nodes: [
      {
        readings: [
          saw(memory, { maxmemory: max * MIB, mem_clients_normal: held * MIB }),
          saw(clients, { connected_clients: connected }),
          saw(clientList, list),
        ],
      },
    ],
  });
}

test.each<[string, Row, string]>([
  ['one client with 100 MiB', { list: [hoarder(100)] }, 'clear'],
  ['one client with more than 100 MiB', { list: [hoarder(101)] }, 'warning'],
  ['a replica link with more', { list: [hoarder(300, { flags: 'S' })] }, 'clear'],
  ['10 % of maxmemory', { held: 100 }, 'clear'],
  ['more than 10 % of maxmemory', { held: 101 }, 'warning'],
  ['less than 30 % of maxmemory', { held: 299 }, 'warning'],
  ['30 % of maxmemory', { held: 300 }, 'critical'],
  ['30 %, most of it the link to our own primary', { held: 300, list: [hoarder(250, { flags: 'M' })] }, 'clear'],
  ['30 %, most of it on its way in', { held: 300, list: [hoarder(0, { unexecuted: 250 * MIB })] }, 'clear'],
  ['many well-behaved connections on a small server', { held: 20, max: 100, connected: 1000 }, 'clear'],
  [
    'the same, but most of it is one unread reply',
    { held: 20, max: 100, connected: 1000, list: [hoarder(11)] },
    'warning',
  ],
  ['no maxmemory, but the owner named a limit', { held: 101, max: 0, hostLimit: 1000 }, 'warning'],
  ['no limit known, and 100 MiB together', { held: 100, max: 0 }, 'clear'],
  ['no limit known, and more together', { held: 101, max: 0 }, 'warning'],
  ['no limit known, but many well-behaved connections', { held: 101, max: 0, connected: 1000 }, 'clear'],
  ['too many clients to list', { list: '6000 clients: not asked' }, 'unassessed'],
  [
    'too many clients to list, but much is held',
    { held: 350, connected: 600, list: '6000 clients: not asked' },
    'critical',
  ],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the worst clients are named by id, name and a shortened address', () => {
  const list = [hoarder(110), hoarder(150, { id: 9, name: 'bad\u2028name' }), hoarder(0, { id: 1 })];
  const [found] = rule.assess('rule', rowScene({ held: 260, list }));
  const evidence = found?.kind === 'found' ? found.evidence : [];
  expect(evidence.map(({ field }) => field)).toEqual(['mem_clients_normal', 'client id=9 omem', 'client id=7 omem']);
  expect(evidence[1]?.value).toBe('157286400 (10.0.0.x:50112 (bad name), user app, last command get)');
  expect(JSON.stringify(found)).not.toContain('10.0.0.17');
});
