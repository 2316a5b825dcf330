import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { freePort, type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { type DiagnoseAsk, type DiagnoseCommandDeps, diagnoseCommand } from '../../src/cli/diagnose.ts';
import { TargetName } from '../../src/domain/ids.ts';
import { problem } from '../../src/domain/problem.ts';
import { targetFromUrl } from '../../src/domain/redis-url.ts';
import type { Target } from '../../src/domain/target.ts';
import { kept as keptOf, type Past } from '../../src/flow/past.ts';
import { look } from '../../src/flow/watch/look.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { loadShelves } from '../../src/io/shelves.ts';

const units = await loadShelves();
const shelves = { ...units, playbooks: await loadPlaybooks(units) };
const servers = openServers(units.probes);
const running: RedisServer[] = [];

async function start(...args: Parameters<typeof startRedis>): Promise<RedisServer> {
  const server = await startRedis(...args);
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

interface Said {
  status: number;
  out: string;
  err: string;
}

async function run(
  ask: Partial<DiagnoseAsk>,
  targets: readonly Target[] = [],
  tty = false,
  kept?: DiagnoseCommandDeps['readPast'],
): Promise<Said> {
  const said = { out: '', err: '' };
  const terminal = (name: 'out' | 'err') => ({
    write: (text: string) => {
      said[name] += text;
    },
    tty,
    colour: false,
    columns: 80,
  });
  const deps: DiagnoseCommandDeps = {
    servers,
    shelves,
    clock: { now: () => Date.now(), sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
    readPast: kept ?? (() => Promise.reject(new Error('nobody asked for it'))),
    enough: new AbortController().signal,
    loadConfig: (file = 'medic.yml') => {
      if (targets.length === 0) throw problem('config-missing', file);
      return Promise.resolve({
        targets: new Map(targets.map((one) => [one.name, one])),
        windowSeconds: 0.1,
        ...(kept && { databaseUrl: 'postgres://kept' }),
      });
    },
    out: terminal('out'),
    err: terminal('err'),
  };
  const own = kept ? {} : { forMs: 100 };
  const status = await diagnoseCommand(deps, { what: '', json: false, deep: false, ...own, ...ask });
  return { status, ...said };
}

interface Contract {
  version: number;
  target: string;
  verdict: string;
  took_ms: number;
  window_s?: number;
  nodes: { name: string; role: string; engine: string; engine_version: string; reachable: boolean }[];
  findings: { id: string; severity: string; node: string; headline: string; playbooks: string[] }[];
  unassessed: { id: string; node: string; reason: string }[];
  commands?: object[];
}

async function json(what: string, targets?: readonly Target[]): Promise<Contract & { status: number }> {
  const { status, out, err } = await run({ what, json: true }, targets);
  expect(err).toBe('');
  return { status, ...(JSON.parse(out) as Contract) };
}

test('a server that is well: JSON alone on standard output, status 0', async () => {
  const server = await start({ args: ['--appendonly', 'yes', '--maxmemory', '100mb'] });
  const report = await json(server.url);
  expect(report).toMatchObject({
    status: 0,
    version: 1,
    target: `127.0.0.1:${server.port}`,
    verdict: 'healthy',
    nodes: [{ name: `127.0.0.1:${server.port}`, role: 'primary', engine: 'redis', reachable: true }],
  });
  expect(report.took_ms).toBeGreaterThanOrEqual(100);
  expect(report.window_s).toBeGreaterThanOrEqual(0.1);
  expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
});

test('a full store is critical, with the playbooks that answer it, status 2', async () => {
  const server = await start({ args: ['--appendonly', 'yes', '--maxmemory', '3mb'] });
  while (!JSON.stringify(await server.send('SET', `k${Math.random()}`, 'x'.repeat(100_000))).includes('OOM'));
  const named: Target = { ...targetFromUrl(server.url), name: TargetName.parse('prod-orders'), purpose: 'store' };
  const busy = setInterval(() => void server.send('SET', 'k', 'x').catch(() => undefined), 10);
  const report = await json('Prod-Orders', [named]);
  clearInterval(busy);
  expect(report).toMatchObject({ status: 2, target: 'prod-orders', verdict: 'critical' });
  const full = report.findings.find(({ id }) => id === 'oom-noeviction-writes-rejected');
  expect(full).toMatchObject({ severity: 'critical', playbooks: expect.arrayContaining([expect.any(String)]) });
});

test('servers that cannot be read are findings, status 3', async () => {
  const web = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
  await once(web, 'listening');
  const address = web.address();
  const webPort = typeof address === 'object' && address ? address.port : 0;
  const [locked, stopped] = await Promise.all([start({ args: ['--requirepass', 'pw'] }), start()]);
  stopped.kill('SIGSTOP');
  const rows: [string, string, string][] = [
    [`redis://127.0.0.1:${await freePort()}`, 'unreachable', 'node-unreachable'],
    [stopped.url, 'unreachable', 'node-hung'],
    [`redis://127.0.0.1:${webPort}`, 'unreachable', 'not-a-redis-server'],
    [`rediss://127.0.0.1:${locked.port}`, 'unreachable', 'tls-mismatch'],
    [`redis://127.0.0.1:${locked.port}`, 'unassessed', 'auth-required'],
    [`redis://:hunter2@127.0.0.1:${locked.port}`, 'unassessed', 'auth-refused'],
  ];
  for (const [url, verdict, finding] of rows) {
    const report = await json(url);
    expect(report).toMatchObject({ status: 3, target: new URL(url).host, verdict, nodes: [{ reachable: false }] });
    expect(report.findings.map(({ id }) => id)).toContain(finding);
    expect(JSON.stringify(report)).not.toContain('hunter2');
  }
  web.close();
});

test('what the user may not ask is unassessed with the command, not clear', async () => {
  const server = await start({ args: ['--appendonly', 'yes', '--maxmemory', '100mb'] });
  await server.send('ACL', 'SETUSER', 'medic', 'on', '>pw', '+info', '+config|get', '+time');
  const report = await json(server.url.replace('//', '//medic:pw@'));
  expect(report.unassessed).toContainEqual({
    id: 'slow-commands-present',
    node: `127.0.0.1:${server.port}`,
    reason: 'NOPERM: slowlog|get',
  });
});

test('what commands cost stands beside the findings, without their arguments', async () => {
  const server = await start();
  const socket = connect(server.port, server.host);
  await once(socket, 'connect');
  socket.write('CLIENT SETNAME nightly-job\r\nDEBUG SLEEP 0.05\r\nCONFIG GET maxmemory\r\n');
  await sleep(150);
  const report = await json(server.url);
  socket.destroy();
  expect(report.commands).toEqual([
    {
      node: `127.0.0.1:${server.port}`,
      seconds: expect.any(Number),
      busiest: expect.any(Array),
      log_seconds: 60,
      slow: [
        {
          shape: 'DEBUG SLEEP <argument>',
          caller: 'nightly-job at 127.0.0.x',
          count: 1,
          total_ms: expect.any(Number),
          max_ms: expect.any(Number),
          share: expect.any(Number),
          instead: expect.stringContaining('not for servers in use'),
        },
      ],
      large: [],
    },
  ]);
});

test('a person sees progress beside the report, a pipe does not', async () => {
  const server = await start();
  const seen = await run({ what: server.url }, [], true);
  expect(seen.out).toMatch(/^127\.0\.0\.1:\d+: \w+, /);
  expect(seen.err).toContain('1 of 1 server can be read');
  expect(seen.err.endsWith('\r\u001b[2K')).toBe(true);
  expect((await run({ what: server.url })).err).toBe('');
});

test('wrong usage is a problem that says what to do', async () => {
  const known = targetFromUrl('redis://127.0.0.1:1');
  await expect(run({ what: 'prod' }, [known])).rejects.toMatchObject({ code: 'target-unknown' });
  await expect(run({ what: 'prod', config: 'other.yml' })).rejects.toThrow(/no other\.yml/);
  await expect(run({ what: 'http://u:hunter2@host' })).rejects.toMatchObject({ code: 'url-invalid' });
  await expect(run({ what: 'http://u:hunter2@host' })).rejects.not.toThrow(/hunter2/);
});

test('what the bot has kept is where a diagnosis begins, unless a window of its own is asked for', async () => {
  const server = await start();
  const named: Target = { ...targetFromUrl(server.url), name: TargetName.parse('prod-orders') };
  const looking = {
    servers,
    probes: [...shelves.probes.values()],
    clock: { now: () => Date.now(), sleep: (ms: number) => sleep(ms) },
  };
  const [seen] = (await look(looking, named, new Map())).servers;
  if (seen?.kind !== 'seen') throw new Error('the server was not seen');
  const sample = { ...keptOf(seen.sample), at: Date.now() - 30_000 };
  const past: Past = { samples: new Map([[seen.member.name, sample]]), series: new Map() };
  const ask = { what: 'prod-orders', json: true };
  const window = async (more: Partial<DiagnoseAsk>) => {
    const { out } = await run({ ...ask, ...more }, [named], false, () => Promise.resolve(past));
    return (JSON.parse(out) as Contract).window_s;
  };
  expect(await window({ forMs: 200 })).toBeLessThan(5);
  expect(await window({})).toBeGreaterThanOrEqual(30);
});

test('without what the bot has kept there are two samples, and it is told why', async () => {
  const server = await start();
  const named: Target = { ...targetFromUrl(server.url), name: TargetName.parse('prod-orders') };
  const { status, err, out } = await run({ what: 'prod-orders' }, [named], false, () => Promise.resolve('it is down'));
  expect(err).toContain('What the bot has seen before is not known: it is down');
  expect(out).toContain('prod-orders');
  expect([0, 1]).toContain(status);
});
