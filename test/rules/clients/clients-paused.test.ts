import { expect, test } from 'vitest';
import clientList, { type Client } from '../../../src/probes/client-list.ts';
import clients from '../../../src/probes/clients.ts';
import rule from '../../../src/rules/clients/clients-paused.ts';
import { client } from '../../support/client.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  /** What Valkey says; absent on other engines. */
  reason?: string;
  held?: Partial<Client>[] | string;
}

function rowScene({ reason, held = [] }: Row) {
  const paused = { paused_reason: reason, paused_actions: 'write', paused_timeout_milliseconds: 30_000 };
  const listed = typeof held === 'string' ? held : held.map((one) => client({ flags: 'b', idle: 5, ...one }));
  return scene({
    nodes: [{ readings: [saw(clients, reason === undefined ? {} : paused), saw(clientList, listed)] }],
  });
}

test.each<[string, Row, string]>([
  ['nobody waits', {}, 'clear'],
  ['a writer that is on hold', { held: [{ cmd: 'set' }] }, 'warning'],
  ['a writer that is on hold for a moment, as in a failover', { held: [{ cmd: 'set', idle: 0 }] }, 'clear'],
  ['a worker that waits for jobs', { held: [{ cmd: 'blpop' }] }, 'clear'],
  ['a writer that is not blocked', { held: [{ cmd: 'set', flags: 'N' }] }, 'clear'],
  ['a command of a module', { held: [{ cmd: 'ft.search' }] }, 'clear'],
  ['what the server says itself', { reason: 'client_pause' }, 'warning'],
  ['a failover that holds writes back for a moment', { reason: 'failover_in_progress' }, 'clear'],
  ['a failover that a writer waits for', { reason: 'failover_in_progress', held: [{ cmd: 'set' }] }, 'warning'],
  ['a server that says that nothing is paused', { reason: 'none' }, 'clear'],
  ['the same, with too many clients to list', { reason: 'none', held: '6000 clients' }, 'clear'],
  ['clients that cannot be listed', { held: '6000 clients' }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('how long it will go on, and who waits', () => {
  expect(rule.assess('rule', rowScene({ reason: 'client_pause', held: [{ cmd: 'incr', name: 'web' }] }))).toMatchObject(
    [
      {
        headline: 'Clients are paused (client pause) for another 30 s',
        evidence: [
          { field: 'paused_reason', value: 'client_pause' },
          { field: 'paused_actions', value: 'write' },
          { field: 'blocked in incr', value: '10.0.0.x:5000 (web) for 5 s' },
        ],
      },
    ],
  );
});
