import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { nodeName } from '../../src/domain/target.ts';
import { judge } from '../../src/flow/judge.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { observe } from '../support/observe.ts';
import { type Ailment, after, dripping, garbled, late, mute, resetting, tarpit } from '../support/tarpit.ts';

const { probes, rules } = await loadShelves();
const WINDOW = 0.3;
/** What one node may cost beside the window; the rest is a slow test machine. */
const BUDGET_MS = 5000;
const SLACK_MS = 1500;

let well: RedisServer;
let behind: RedisServer;
beforeAll(async () => {
  [well, behind] = await Promise.all([startRedis(), startRedis()]);
});
afterAll(() => Promise.all([well.stop(), behind.stop()]));

async function diagnose(ill: { host: string; port: number }) {
  const began = performance.now();
  const snapshot = await observe([well, ill], probes, { seconds: WINDOW });
  const report = judge(snapshot, { rules, playbooks: new Map() });
  return { report, tookMs: performance.now() - began };
}

test.concurrent.each<[string, Ailment, string]>([
  ['accepts and never answers', mute, 'node-hung'],
  ['answers one byte a second', dripping, 'node-hung'],
  ['sends garbage', garbled, 'not-a-redis-server'],
  ['resets each connection', resetting, 'node-unreachable'],
  ['greets and then falls silent', after(1, mute), 'node-hung'],
  ['greets and then answers one byte a second', after(1, dripping), 'node-hung'],
  ['greets and then sends garbage', after(1, garbled), 'not-a-redis-server'],
])('a server that %s is a finding within the budget, and the rest of the report stands', async (_what, ailment, id) => {
  const ill = await tarpit(behind, ailment);
  try {
    const { report, tookMs } = await diagnose(ill);
    expect(report.findings.filter(({ node }) => node === nodeName(ill)).map((one) => one.id)).toEqual([id]);
    expect(report.nodes).toContainEqual(expect.objectContaining({ name: nodeName(well), reachable: true }));
    expect(report.findings.filter(({ node }) => node === nodeName(well)).map((one) => one.severity)).not.toContain(
      'critical',
    );
    expect(tookMs).toBeLessThan(BUDGET_MS + WINDOW * 1000 + SLACK_MS);
  } finally {
    await ill.close();
  }
});

test('a server whose every answer takes its time is told within the budget too', async () => {
  const ill = await tarpit(behind, late(1200));
  try {
    const { report, tookMs } = await diagnose(ill);
    expect(report.nodes.map(({ name }) => name)).toEqual([nodeName(well), nodeName(ill)]);
    expect(tookMs).toBeLessThan(BUDGET_MS + WINDOW * 1000 + SLACK_MS);
  } finally {
    await ill.close();
  }
});

test('a server that is busy with a script for long is a finding, and the rest of the report stands', async () => {
  const busy = await startRedis({ args: ['--busy-reply-threshold', '100'] });
  try {
    const script = busy.send('EVAL', 'while true do end', '0').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { report, tookMs } = await diagnose(busy);
    expect(report.findings[0]).toMatchObject({ id: 'lua-script-blocking', node: nodeName(busy), severity: 'critical' });
    expect(report.nodes).toContainEqual(expect.objectContaining({ name: nodeName(well), reachable: true }));
    expect(tookMs).toBeLessThan(BUDGET_MS);
    await busy.send('SCRIPT', 'KILL');
    await script;
  } finally {
    await busy.stop();
  }
});
