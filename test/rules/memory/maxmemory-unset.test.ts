import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/memory/maxmemory-unset.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  max?: number;
  rss?: number;
  host?: number;
  limit?: number;
  replica?: true;
  managed?: true;
}

function rowScene({ max = 0, rss = 100, host = 1000, limit, replica, managed }: Row) {
  return scene({
    target: limit === undefined ? {} : { memoryLimitBytes: limit },
    nodes: [
      {
        role: replica ? 'replica' : 'primary',
        identity: managed ? { provider: { id: 'elasticache', by: 'the address' } } : {},
        readings: [saw(memory, { maxmemory: max, used_memory_rss: rss, total_system_memory: host })],
      },
    ],
  });
}

test.each<[string, Row, string]>([
  ['a limit', { max: 1 }, 'clear'],
  ['no limit, as the default is', {}, 'info'],
  ['no limit and just below half of the host', { rss: 499 }, 'info'],
  ['no limit and half of the host', { rss: 500 }, 'warning'],
  ['no limit and just below half of a container', { rss: 99, limit: 200 }, 'warning'],
  ['no limit and half of a container', { rss: 100, limit: 200 }, 'high'],
  ['a managed service, which has limits of its own', { rss: 900, managed: true }, 'clear'],
  ['a replica, which ignores limits', { rss: 900, replica: true }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
