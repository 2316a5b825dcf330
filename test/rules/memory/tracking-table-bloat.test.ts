import { expect, test } from 'vitest';
import clients from '../../../src/probes/clients.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/memory/tracking-table-bloat.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  keys: number;
  items?: number;
  limit?: number;
  tracking?: number;
  config?: string;
}

function rowScene({ keys, items = keys, limit = 1000, tracking = 3, config }: Row) {
  const readings = [
    saw(clients, { tracking_clients: tracking }),
    saw(stats, { tracking_total_keys: keys, tracking_total_items: items }),
    saw(memoryConfig, config ?? { tracking_table_max_keys: limit }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Row, string]>([
  ['nobody tracks', { keys: 1000, tracking: 0 }, 'clear'],
  ['90 % full', { keys: 900 }, 'clear'],
  ['more than 90 % full', { keys: 901 }, 'warning'],
  ['without a limit, the default is the measure', { keys: 900_001, limit: 0 }, 'warning'],
  ['without a limit and below the default', { keys: 900_000, limit: 0 }, 'clear'],
  ['keys that very many clients follow', { keys: 500, items: 10_000_001 }, 'warning'],
  ['a limit that nobody lets us read', { keys: 901, config: 'NOPERM: config|get' }, 'unassessed'],
  ['the same, but nothing is tracked', { keys: 0, config: 'NOPERM: config|get' }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
