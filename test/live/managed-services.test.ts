import { afterEach, expect, test } from 'vitest';
import type { Report } from '../../src/domain/report.ts';
import type { Target } from '../../src/domain/target.ts';
import { judge } from '../../src/flow/judge.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { type FakeServer, startFakeServer } from '../support/fake-server.ts';
import { observe } from '../support/observe.ts';
import { lines, mustPlan, refusal } from '../support/planning.ts';
import { scriptOf, VENDORS } from '../support/vendors.ts';

const { probes, rules, actions } = await loadShelves();

const open: FakeServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function seen(vendor: keyof typeof VENDORS, target: Partial<Target> = {}) {
  const server = await startFakeServer(scriptOf(VENDORS[vendor]));
  open.push(server);
  const snapshot = await observe([server], probes, { target, seconds: 0 });
  return { server, snapshot, report: judge(snapshot, { rules, playbooks: new Map() }) };
}

function reasons({ unassessed }: Report): string {
  return [...new Set(unassessed.map(({ reason }) => reason))].join('\n');
}

test.each([
  ['elasticache', {}, 'Amazon ElastiCache', 'parameter group'],
  ['memorystore', { managedBy: 'memorystore' }, 'Google Cloud Memorystore', 'gcloud redis instances update'],
  ['memorystore for valkey', { managedBy: 'memorystore' }, 'Google Cloud Memorystore', 'gcloud redis instances update'],
  ['upstash', {}, 'Upstash', 'Upstash console'],
  ['redis software', { managedBy: 'redis-software' }, 'Redis Software (Enterprise)', 'Cluster Manager'],
] as const)('%s: what cannot be read is advice in its own terms, and no error', async (vendor, target, name, place) => {
  const { report } = await seen(vendor, target);
  expect(report.nodes).toMatchObject([{ reachable: true }]);
  expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  expect(report.findings.find(({ id }) => id === 'managed-service-detected')?.headline).toContain(name);
  expect(report.findings.map(({ id }) => id)).not.toContain('acl-insufficient-for-diagnosis');
  expect(reasons(report)).toContain(place);
  expect(reasons(report)).not.toMatch(/unknown command|NOPERM|the probe failed/);
});

test('an action that the service keeps to itself is refused with where to do it', async () => {
  const { snapshot, server } = await seen('elasticache');
  for (const id of ['bgsave', 'enable-aof', 'repoint-replica']) {
    const action = actions.get(id);
    if (!action) throw new Error(`there is no action ${id}`);
    expect(refusal(action, snapshot)).toMatch(/^Amazon ElastiCache does not offer (BGSAVE|CONFIG SET|REPLICAOF): /);
  }
  expect(server.heard.some((command) => /^(bgsave|config set|replicaof)/i.test(command))).toBe(false);
});

test('what the service offers can still be done', async () => {
  const hoarder =
    'id=9 addr=10.0.0.9:5000 name=deaf user=default flags=N age=100 idle=1 omem=300000000 tot-mem=300000000';
  const { info, refuses } = VENDORS.elasticache;
  const calm = scriptOf({ info, refuses });
  const server = await startFakeServer((name, ...words) =>
    name === 'client' && words[0] === 'list' ? `${hoarder}\n` : calm(name, ...words),
  );
  open.push(server);
  const snapshot = await observe([server], probes, { seconds: 0 });
  const action = actions.get('kill-client');
  if (!action) throw new Error('there is no action kill-client');
  expect(lines(mustPlan(action, snapshot).commands)).toEqual([`127.0.0.1:${server.port}> CLIENT KILL ID 9`]);
});
