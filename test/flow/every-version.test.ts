import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/domain/report.ts';
import { judge } from '../../src/flow/judge.ts';
import { observe } from '../../src/flow/observe.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { CAPTURED, capturedServer } from '../support/captured-server.ts';
import { plainTarget } from '../support/target.ts';

const { probes, rules } = await loadShelves();
const clock = { now: () => 1_764_201_600_000, sleep: async () => undefined };

async function diagnosed(version: string, ...infos: string[]): Promise<Report> {
  const target = plainTarget({ seeds: [{ host: '127.0.0.1', port: 6379 }], kind: 'standalone' });
  const servers = capturedServer(version, infos);
  const snapshot = await observe({ servers, probes, clock }, target, { seconds: 1 });
  return judge(snapshot, { rules, playbooks: new Map() });
}

test('nine versions of two engines', () => {
  expect(CAPTURED).toHaveLength(9);
});

describe.each(CAPTURED)('%s', (version) => {
  test.each([
    ['a primary under writes', ['primary', 'primary', 'primary-later']],
    ['a full store', ['primary-full', 'primary-full', 'primary-full']],
    ['a replica', ['replica', 'replica', 'replica']],
    ['a replica that is cut off', ['replica-cut-off', 'replica-cut-off', 'replica-cut-off']],
    ['a node of a failed cluster', ['cluster', 'cluster', 'cluster']],
  ])('%s is read and judged without a question, an answer or a field that breaks us', async (_what, infos) => {
    const report = await diagnosed(version, ...infos);
    expect(report.nodes[0]?.reachable).toBe(true);
    expect(`${report.nodes[0]?.engine}-${report.nodes[0]?.engineVersion}`).toBe(version);
    expect(report.unassessed.filter(({ reason }) => /failed:/.test(reason))).toEqual([]);
    expect(JSON.stringify(report)).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  test('the full store is found full, and the replica cut off', async () => {
    const full = await diagnosed(version, 'primary-full');
    expect(full.findings.map(({ id }) => id)).toContain('oom-noeviction-writes-rejected');
    const cut = await diagnosed(version, 'replica-cut-off');
    expect(cut.findings.map(({ id }) => id)).toContain('replica-link-down');
  });
});
