import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startRedis } from '../../demo/redis-server.ts';
import { targetFromUrl } from '../../src/domain/redis-url.ts';
import { diagnose } from '../../src/flow/diagnose.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { loadShelves } from '../../src/io/shelves.ts';

test('a report speaks of the snapshot that it comes with', async () => {
  const server = await startRedis({ args: ['--replicaof', '127.0.0.1 1'] });
  const units = await loadShelves();
  const shelves = { ...units, playbooks: await loadPlaybooks(units) };
  const clock = { now: () => Date.now(), sleep: (ms: number) => sleep(ms) };
  const deps = { servers: openServers(units.probes), shelves, clock };
  const done: string[] = [];
  const { snapshot, report } = await diagnose(deps, targetFromUrl(server.url), {
    seconds: 0.1,
    progress: (step) => done.push(step),
  });
  await server.stop();
  expect(report.target).toBe(snapshot.target.name);
  expect(report.nodes.map(({ name }) => name)).toEqual(snapshot.nodes.map(({ name }) => name));
  expect(report).toMatchObject({ verdict: 'critical', takenAt: snapshot.takenAt, tookMs: snapshot.tookMs });
  expect(report.findings.map(({ id }) => id)).toContain('dependency-unreachable');
  expect(done).toEqual(['1 of 2 servers can be read', 'sampled for 0.1 s']);
});
