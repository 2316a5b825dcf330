import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { freePort, type RedisServer, type RedisServerOptions, startRedis } from '../../demo/redis-server.ts';
import { targetFromUrl } from '../../src/domain/redis-url.ts';
import type { Report } from '../../src/domain/report.ts';
import { nodeName, type SentinelWatch, type Target } from '../../src/domain/target.ts';
import { judge } from '../../src/flow/judge.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { observe } from '../support/observe.ts';
import { MASTER, settled, startSentinels, type Watching } from '../support/sentinels.ts';

const units = await loadShelves();
const shelves = { ...units, playbooks: await loadPlaybooks(units) };
const running: RedisServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function start(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await startRedis({ configFile: true, ...options });
  running.push(server);
  return server;
}

/** A primary with one replica, and three Sentinels. */
async function watched(watching: Partial<Watching> = {}): Promise<RedisServer[]> {
  const primary = await start();
  await start({ replicaOf: primary });
  const sentinels = await startSentinels({ primary, downAfterMs: 5000, ...watching });
  running.push(...sentinels);
  await Promise.all(sentinels.map((sentinel) => settled(sentinel, 1)));
  return sentinels;
}

async function diagnose(target: Partial<Target>, fast = 0): Promise<Report> {
  return judge(await observe([], shelves.probes, { target, seconds: 0.3, fast }), shelves);
}

function behind(watch: Pick<SentinelWatch, 'seeds'> & Partial<SentinelWatch>): Partial<Target> {
  return { kind: 'sentinel', sentinel: { master: MASTER, credentials: {}, ...watch } };
}

/** What is told from warning on, with where it is told. */
function told({ findings }: Report): string[] {
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ id, node, severity }) => `${severity} ${id} ${node}`);
}

/** What the rules about Sentinels could not see, by reason. */
function unseen({ unassessed }: Report): string[] {
  return [...new Set(unassessed.filter(({ id }) => id.startsWith('sentinel-')).map(({ reason }) => reason))];
}

/** The line of README, with the password. */
function readmeUser(): string[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const line = readme.split('\n').find((one) => one.includes('+sentinel|ckquorum')) ?? '';
  return line.replace('>PASSWORD', '>medic').split(' ');
}

test('the user of README for Sentinels sees everything there, with what is well as well', async () => {
  const sentinels = await watched({ args: ['--requirepass', 'admin'] });
  const [first = '', ...words] = readmeUser();
  for (const sentinel of sentinels) expect(await sentinel.send(first, ...words)).toBe('OK');
  const credentials = { username: 'medic-ro', password: 'medic' };
  const report = await diagnose(behind({ seeds: sentinels, credentials }));
  expect([told(report), unseen(report), report.verdict]).toEqual([[], [], 'healthy']);
  expect(report.nodes.map(({ role }) => role)).toEqual(['primary', 'replica', 'sentinel', 'sentinel', 'sentinel']);
});

test('what a Sentinel does not let us ask is not assessed, and says why', async () => {
  const sentinels = await watched({ args: ['--requirepass', 'admin'] });
  const [first = '', ...words] = readmeUser().filter((word) => word !== '+sentinel|ckquorum');
  for (const sentinel of sentinels) await sentinel.send(first, ...words);
  const report = await diagnose(behind({ seeds: sentinels, credentials: { username: 'medic-ro', password: 'medic' } }));
  expect(unseen(report)).toEqual(['NOPERM: sentinel|ckquorum']);
});

test('Sentinels that want a login which nobody gave leave all unknown', async () => {
  const sentinels = await watched({ args: ['--requirepass', 'admin'] });
  const report = await diagnose(behind({ seeds: sentinels }));
  expect(told(report)).toEqual(sentinels.map((one) => `high auth-required ${nodeName(one)}`).sort());
  expect([report.verdict, unseen(report)]).toEqual(['unassessed', ['no Sentinel of this target could be read']]);
});

test('without a Sentinel that answers the target is unreachable', async () => {
  const dead = { host: '127.0.0.1', port: await freePort() };
  const report = await diagnose(behind({ seeds: [dead] }));
  expect([report.verdict, told(report)]).toEqual(['unreachable', [`critical node-unreachable ${nodeName(dead)}`]]);
  expect(report.findings[0]?.headline).toMatch(/^The Sentinel .* cannot be reached/);
  expect(report.nodes).toMatchObject([{ role: 'sentinel', reachable: false }]);
});

test('a bare URL of a Sentinel with several masters names them', async () => {
  const primary = await start();
  const lines = [`monitor carts ${primary.host} ${primary.port} 1`];
  const [sentinel] = await startSentinels({ primary, count: 1, lines });
  if (sentinel) running.push(sentinel);
  const report = await diagnose(targetFromUrl(`redis://127.0.0.1:${sentinel?.port}`));
  expect(report.verdict).toBe('unassessed');
  expect(report.findings).toMatchObject([
    {
      id: 'sentinel-master-unknown',
      severity: 'high',
      headline: expect.stringMatching(/watches 2 masters.*(carts, mymaster|mymaster, carts)$/),
    },
  ]);
});

test('clocks are compared over the time that an answer takes', async () => {
  const sentinels = await watched();
  const report = await diagnose(behind({ seeds: sentinels }), 10_000);
  expect(told(report)).toEqual(['warning clock-skew prod']);
  expect(report.findings[0]?.headline).toMatch(
    /^The clock of the machine that asks is 1[0-1] s ahead of those of the servers$/,
  );
});
