import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/memory/rss-near-memory-limit.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  rss: number;
  ram?: number | undefined;
  limit?: number;
}

function rowScene({ rss, limit, ...row }: Row) {
  const ram = 'ram' in row ? row.ram : 10_000;
  const readings = [saw(memory, { used_memory: 50, used_memory_rss: rss, total_system_memory: ram })];
  return scene({ target: limit === undefined ? {} : { memoryLimitBytes: limit }, nodes: [{ readings }] });
}

test.each<[string, Row, string]>([
  ['just below 85 % of the container', { rss: 849, limit: 1000 }, 'clear'],
  ['85 % of the container', { rss: 850, limit: 1000 }, 'warning'],
  ['just below 95 % of the container', { rss: 949, limit: 1000 }, 'warning'],
  ['95 % of the container', { rss: 950, limit: 1000 }, 'critical'],
  ['85 % of the RAM', { rss: 8500 }, 'warning'],
  ['a tenth of the RAM, but a container may allow less', { rss: 1000 }, 'unassessed'],
  ['no limit known', { rss: 1000, ram: undefined }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('servers that share a host are added up; the largest, which the kernel would end, is told', () => {
  const nodes = [300, 600].map((rss, at) => ({
    name: `10.0.0.1:637${at}`,
    readings: [saw(memory, { used_memory: 50, used_memory_rss: rss, total_system_memory: 1000 })],
  }));
  expect(said(rule, scene({ nodes }))).toBe('clear warning');
});
