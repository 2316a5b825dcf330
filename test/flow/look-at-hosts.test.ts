import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { ReplyError } from '../../src/domain/command.ts';
import { defineHostProbe, file } from '../../src/domain/host-probe.ts';
import type { Probe } from '../../src/domain/probe.ts';
import { serverFiles } from '../../src/domain/server-files.ts';
import { type ReadNode, readingIfAny, readingOf, type Snapshot } from '../../src/domain/snapshot.ts';
import { type HostAccess, nodeName } from '../../src/domain/target.ts';
import { observe } from '../../src/flow/observe.ts';
import type { Clock, HostSession, Hosts } from '../../src/flow/ports.ts';
import { openHosts } from '../../src/io/host/open-hosts.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import stats from '../../src/probes/stats.ts';
import { plainTarget } from '../support/target.ts';

const counters = defineHostProbe({
  sampled: 'pair',
  asks: { uptime: file('/proc/uptime'), status: file('/proc/{pid}/status') },
  read: (answers) => ({ uptime: Number(answers.need('uptime').split(' ')[0]), status: answers.need('status') }),
});
const place = defineHostProbe({
  sampled: 'once',
  asks: { dir: ['stat', '-c', '%F', '{dir}'], config: file('{config_file}') },
  read: (answers) => ({ dir: answers.need('dir'), config: answers.text('config') }),
});
const configFile = defineHostProbe({
  sampled: 'once',
  asks: { config: file('{config_file}') },
  read: (answers) => answers.need('config'),
});
const probes = new Map<string, Probe<unknown>>([
  ['counters', counters],
  ['place', place],
  ['config-file', configFile],
  ['server-files', serverFiles],
  ['stats', stats],
]);
const clock: Clock = { now: () => Date.now(), sleep: (ms) => sleep(ms) };

let servers: RedisServer[] = [];
beforeAll(async () => {
  servers = await Promise.all([startRedis(), startRedis()]);
});
afterAll(() => Promise.all(servers.map((server) => server.stop())));

function look(hosts: Hosts | undefined, host: HostAccess | undefined, seconds = 0.2): Promise<Snapshot> {
  const target = plainTarget({ seeds: servers, ...(host && { host }) });
  return observe({ servers: openServers(probes), ...(hosts && { hosts }), probes, clock }, target, { seconds });
}

function nodes(snapshot: Snapshot): ReadNode[] {
  return snapshot.nodes.filter((node) => node.kind === 'read');
}

const LOCAL: HostAccess = { kind: 'local' };
const SSH: HostAccess = { kind: 'ssh', user: 'u', port: 22, key: '', trusted: { keys: [] } };

test('each server of this machine is found, and its kernel is asked at two moments at least a second apart', async () => {
  const snapshot = await look(openHosts(probes), LOCAL);
  for (const [at, node] of nodes(snapshot).entries()) {
    const reading = readingOf(node, counters);
    expect(reading.now.status).toContain(`\nPid:\t${servers[at]?.pid}\n`);
    expect(reading.seconds).toBeGreaterThanOrEqual(0.99);
    expect(reading.now.uptime - (reading.before?.uptime ?? 0)).toBeCloseTo(reading.seconds, 0);
    expect(readingOf(node, place)).toMatchObject({ now: { dir: 'directory\n', config: undefined }, seconds: 0 });
    expect(node.outcomes.get(configFile)).toEqual({
      kind: 'unanswered',
      reason: 'the server has no configuration file',
    });
  }
});

test('before a command only what it needs is asked, and once: nothing is waited for', async () => {
  const target = plainTarget({ seeds: servers, host: LOCAL });
  const deps = { servers: openServers(probes), hosts: openHosts(probes), probes, clock };
  const snapshot = await observe({ ...deps, hostProbes: new Set([counters]) }, target, { seconds: 0 });
  for (const node of nodes(snapshot)) {
    expect(readingOf(node, counters)).toMatchObject({ seconds: 0, now: { status: expect.stringContaining('Pid:') } });
    expect(readingIfAny(node, place)).toBeUndefined();
  }
});

test('asking for the files of a server is in no rate of it', async () => {
  const [node] = nodes(await look(openHosts(probes), LOCAL));
  const reading = node && readingOf(node, stats);
  expect((reading?.now.total_commands_processed ?? 0) - (reading?.before?.total_commands_processed ?? 0)).toBe(1);
});

test('a pair is taken also where the servers are looked at once', async () => {
  const [node] = nodes(await look(openHosts(probes), LOCAL, 0));
  expect(node && readingOf(node, counters).before).toBeDefined();
});

const NO_WRITING: Hosts['write'] = async () => ({ kind: 'refused', cause: 'unreachable', detail: 'not here' });

test.each<[string, Hosts | undefined, HostAccess | undefined]>([
  ['without access in the target', openHosts(probes), undefined],
  ['before a command, which asks no host', undefined, LOCAL],
])('%s the reason says what is missing', async (_what, hosts, access) => {
  for (const node of nodes(await look(hosts, access))) {
    expect(node.outcomes.get(counters)).toEqual({
      kind: 'unanswered',
      reason: 'the host was not looked at: give targets.<name>.host in medic.yml',
    });
  }
});

test('a host that cannot be opened costs its probes and nothing else', async () => {
  const opened: string[] = [];
  const hosts: Hosts = {
    write: NO_WRITING,
    open: async (_access, address) => {
      opened.push(address);
      return 'the SSH key is refused';
    },
  };
  const snapshot = await look(hosts, SSH);
  expect(opened).toEqual(['127.0.0.1']);
  for (const node of nodes(snapshot)) {
    expect(node.outcomes.get(counters)).toEqual({ kind: 'unanswered', reason: 'the SSH key is refused' });
    expect(readingOf(node, stats).now).toBeDefined();
  }
});

test('SSH may answer elsewhere, and one host is opened once for all its servers', async () => {
  const opened: string[] = [];
  const closed: string[] = [];
  const hosts: Hosts = {
    write: NO_WRITING,
    async open(_access, address) {
      opened.push(address);
      const session: HostSession = {
        ask: async (questions) => questions.map(() => new ReplyError('no Linux')),
        close: () => void closed.push(address),
      };
      return session;
    },
  };
  const address = Object.fromEntries(servers.slice(0, 1).map((server) => [nodeName(server), 'bastion']));
  const snapshot = await look(hosts, { ...SSH, address });
  expect(opened.sort()).toEqual(['127.0.0.1', 'bastion']);
  expect(closed.sort()).toEqual(['127.0.0.1', 'bastion']);
  expect(nodes(snapshot)[0]?.outcomes.get(counters)).toEqual({ kind: 'unanswered', reason: 'no Linux' });
  opened.length = 0;
  await look(hosts, { ...SSH, address: 'bastion' });
  expect(opened).toEqual(['bastion']);
});

test('of a server that does not answer its host can still be asked, though not about its process', async () => {
  const target = plainTarget({ seeds: [{ host: '127.0.0.1', port: await freePort() }], host: LOCAL });
  const uptime = defineHostProbe({
    sampled: 'once',
    asks: { uptime: file('/proc/uptime') },
    read: (answers) => answers.need('uptime'),
  });
  const all = new Map([...probes, ['uptime', uptime]]);
  const deps = { servers: openServers(all), hosts: openHosts(all), probes: all, clock };
  const [node] = (await observe(deps, target, { seconds: 0.1 })).nodes;
  expect(node).toMatchObject({ kind: 'unread', cause: 'unreachable' });
  expect(node && readingIfAny(node, uptime)?.now).toMatch(/^\d/);
  expect(node?.outcomes?.get(counters)).toEqual({
    kind: 'unanswered',
    reason: 'the server does not answer, so its process on the host is not known',
  });
});

test('what goes wrong on the way is a reason, not a failed diagnosis', async () => {
  const hosts: Hosts = { write: NO_WRITING, open: () => Promise.reject(new Error('no socket left')) };
  const [node] = nodes(await look(hosts, SSH));
  expect(node?.outcomes.get(counters)).toEqual({
    kind: 'unanswered',
    reason: 'looking at the host failed: no socket left',
  });
});
