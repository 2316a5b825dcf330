import { expect, test } from 'vitest';
import replication from '../../../src/probes/replication.ts';
import replicationConfig from '../../../src/probes/replication-config.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/replication/repl-backlog-freed.ts';
import { said, saw, scene } from '../../support/scene.ts';

const FREED = { role: 'master', connected_slaves: 0, repl_backlog_active: 0, master_repl_offset: 500 };

test.each([
  ['replicas are expected and the history is gone', FREED, 3600, 7200, 1, 'warning'],
  ['nobody expects a replica', FREED, 3600, 7200, 0, 'clear'],
  ['the history is still there', { ...FREED, repl_backlog_active: 1 }, 3600, 7200, 1, 'clear'],
  ['there never was one', { ...FREED, master_repl_offset: 0 }, 3600, 7200, 1, 'clear'],
  ['the server is younger than the time to keep it', FREED, 3600, 3599, 1, 'clear'],
  ['it is kept for good', FREED, 0, 7200, 1, 'clear'],
  ['a replica is back', { ...FREED, connected_slaves: 1 }, 3600, 7200, 1, 'clear'],
])('%s', (_sentence, sample, ttl, uptime, expectReplicas, want) => {
  const readings = [
    saw(replication, sample),
    saw(replicationConfig, { repl_backlog_ttl: ttl }),
    saw(server, { uptime_in_seconds: uptime }),
  ];
  expect(said(rule, scene({ target: { objectives: { expectReplicas } }, nodes: [{ readings }] }))).toBe(want);
});
