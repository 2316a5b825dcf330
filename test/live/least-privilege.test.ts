import { afterEach, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { type AclAsk, lineFor } from '../../src/cli/acl.ts';
import type { Command } from '../../src/domain/command.ts';
import { aclName, type EngineVersion, hasCommand } from '../../src/domain/command-history.ts';
import { remedyClassOf } from '../../src/domain/remedy-class.ts';
import type { Report } from '../../src/domain/report.ts';
import { judge } from '../../src/flow/judge.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { ENGINES, type Engine } from '../support/engines.ts';
import { observe } from '../support/observe.ts';
import { startSentinels } from '../support/sentinels.ts';

const shelves = await loadShelves();
const LOGIN = { username: 'medic', password: 'PASSWORD' };

const open: RedisServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0).reverse()) await server.stop();
});

async function start(binary: Engine, args: readonly string[] = []): Promise<RedisServer> {
  const server = await startRedis({ binary, args });
  open.push(server);
  return server;
}

function versionOf({ engine, version }: Engine): EngineVersion {
  return { engine: engine.startsWith('valkey') ? 'valkey' : 'redis', version };
}

type Login = AclAsk extends infer A ? (A extends AclAsk ? Omit<A, 'at' | 'user'> : never) : never;

/** The rules of the line that `redis-medic acl` prints; the password is PASSWORD. */
function rulesFor(login: Login, binary: Engine): string[] {
  const { line } = lineFor(shelves, { ...login, at: versionOf(binary), user: LOGIN.username } as AclAsk).line;
  return line.split(/ (?![^(]*\))/).slice(3);
}

async function grant(server: RedisServer, rules: readonly string[]): Promise<void> {
  expect(await server.send('ACL', 'SETUSER', LOGIN.username, 'reset', ...rules)).toBe('OK');
}

/** Everything that is not allowed and was tried: reasons with NOPERM anywhere in the report. */
function refusals({ unassessed, findings }: Report): string[] {
  const reasons = unassessed.map(({ reason }) => reason).filter((reason) => reason.includes('NOPERM'));
  const ids = findings.map(({ id }) => id).filter((id) => id === 'acl-insufficient-for-diagnosis');
  return [...new Set([...reasons, ...ids])];
}

async function diagnosed(server: RedisServer): Promise<Report> {
  const snapshot = await observe([server], shelves.probes, { target: { credentials: LOGIN }, seconds: 0.1 });
  return judge(snapshot, { rules: shelves.rules, playbooks: new Map() });
}

/** What a user may do, without doing it; DRYRUN is there since 7.0. */
async function may(server: RedisServer, ...command: string[]): Promise<boolean> {
  return (await server.send('ACL', 'DRYRUN', LOGIN.username, ...command)) === 'OK';
}

/** Logins that are made for themselves alone. */
const APART: readonly string[] = ['sentinel', 'key', 'acl'];

const DATA = [['GET', 'k'], ['SET', 'k', 'v'], ['KEYS', '*'], ['FLUSHALL'], ['EVAL', 'return 1', '0'], ['DUMP', 'k']];
const CHANGES = [
  ['CONFIG', 'SET', 'hz', '10'],
  ['CLIENT', 'KILL', 'ID', '1'],
  ['BGSAVE'],
  ['MONITOR'],
  ['DEBUG', 'SLEEP', '0'],
];

describe.each(ENGINES)('$engine', (binary) => {
  test('the whole diagnosis runs with the login that is printed for it, and the login can do no more', async () => {
    const server = await start(binary);
    await grant(server, rulesFor({ login: 'diagnose', deep: false }, binary));
    const report = await diagnosed(server);
    expect(report.nodes).toMatchObject([{ reachable: true }]);
    expect(refusals(report)).toEqual([]);
    for (const command of [...DATA, ...CHANGES])
      expect([command, await may(server, ...command)]).toEqual([command, false]);
  });

  test('a cluster node too', async () => {
    const server = await start(binary, ['--cluster-enabled', 'yes']);
    await grant(server, rulesFor({ login: 'diagnose', deep: false }, binary));
    expect(refusals(await diagnosed(server))).toEqual([]);
  });

  test('a login that samples keys sees what they are and not what is in them', async () => {
    const server = await start(binary);
    await server.send('SET', 'k', 'v');
    await grant(server, rulesFor({ login: 'diagnose', deep: true }, binary));
    const keys = [...shelves.probes.values()].filter(({ asks }) => asks === 'keys').flatMap(({ allows }) => allows);
    for (const command of keys.filter((one) => one.join() !== 'CLIENT,NO-TOUCH')) {
      const words = [...command, ...(ARGUMENTS[command.join(' ')] ?? ['k'])];
      expect([words, await may(server, ...words)]).toEqual([words, true]);
    }
    for (const command of [...DATA, ...CHANGES])
      expect([command, await may(server, ...command)]).toEqual([command, false]);
  });

  test('a login that repairs may send what the actions send, and read nothing', async () => {
    const server = await start(binary);
    await grant(server, rulesFor({ login: 'remediate', classes: ['all'] }, binary));
    const sends = [...shelves.actions.values()].flatMap((action) => action.sends);
    for (const command of sends.filter((head) => !APART.includes(remedyClassOf(head) ?? ''))) {
      const words = [...command, ...(ARGUMENTS[command.join(' ')] ?? [])];
      expect([words, await may(server, ...words)]).toEqual([words, true]);
    }
    for (const command of [...DATA, ['CONFIG', 'GET', 'requirepass'], ['ACL', 'LIST']]) {
      expect([command, await may(server, ...command)]).toEqual([command, false]);
    }
  });

  test('a login for one kind of repair may send what that kind sends, and nothing of another', async () => {
    const server = await start(binary);
    const sends = [...shelves.actions.values()].flatMap((action) => action.sends);
    const has = (head: Command) => hasCommand(versionOf(binary), aclName(head));
    const there = sends.filter((head) => remedyClassOf(head) !== 'sentinel' && has(head));
    for (const kind of new Set(there.map(remedyClassOf))) {
      if (kind === undefined) throw new Error('a command without a class');
      await grant(server, rulesFor({ login: 'remediate', classes: [kind] }, binary));
      for (const head of there) {
        const words = [...head, ...(OF_KEYS[head.join(' ')] ?? ARGUMENTS[head.join(' ')] ?? [])];
        expect([kind, words, await may(server, ...words)]).toEqual([kind, words, remedyClassOf(head) === kind]);
      }
      for (const command of [...DATA, ['UNLINK', 'k'], ['CONFIG', 'GET', 'requirepass'], ['ACL', 'LIST']]) {
        expect([kind, command, await may(server, ...command)]).toEqual([kind, command, false]);
      }
    }
  });

  test('Sentinels accept theirs, and it changes nothing there', async () => {
    const server = await start(binary);
    const [sentinel] = await startSentinels({ primary: server, count: 1, binary });
    if (!sentinel) throw new Error('no Sentinel was started');
    open.push(sentinel);
    await grant(sentinel, rulesFor({ login: 'sentinel' }, binary));
    const asks = [...shelves.probes.values()]
      .filter((probe) => probe.asks === 'sentinel')
      .flatMap(({ allows }) => allows);
    for (const command of asks) {
      const words = [...command, ...(ARGUMENTS[command.join(' ')] ?? [])];
      expect([words, await may(sentinel, ...words)]).toEqual([words, true]);
    }
    for (const word of ['FAILOVER', 'RESET', 'REMOVE']) expect(await may(sentinel, 'SENTINEL', word, 'm')).toBe(false);
  });
});

/** In a login for keys those of a prefix are meant. */
const OF_KEYS: Readonly<Record<string, readonly string[]>> = {
  EXISTS: ['PREFIX1'],
  'FUNCTION RESTORE': ['payload'],
  TYPE: ['PREFIX1'],
  PTTL: ['PREFIX1'],
  XLEN: ['PREFIX1'],
  'MEMORY USAGE': ['PREFIX1'],
  'XINFO GROUPS': ['PREFIX1'],
  'XINFO CONSUMERS': ['PREFIX1', 'g'],
};

/** DRYRUN wants as many arguments as the command takes. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  PING: [],
  INFO: [],
  READONLY: [],
  SELECT: ['0'],
  SCAN: ['0'],
  'XINFO CONSUMERS': ['k', 'g'],
  'CONFIG SET': ['maxmemory', '1'],
  PSYNC: ['?', '-1'],
  REPLCONF: ['capa', 'eof'],
  'ACL SETUSER': ['u'],
  'ACL GETUSER': ['u'],
  'ACL DELUSER': ['u'],
  'ACL DRYRUN': ['u', 'get', 'k'],
  UNLINK: ['PREFIX1'],
  DUMP: ['PREFIX1'],
  RESTORE: ['PREFIX1', '0', 'x'],
  PEXPIRE: ['PREFIX1', '1'],
  PEXPIREAT: ['PREFIX1', '1'],
  PERSIST: ['PREFIX1'],
  XTRIM: ['PREFIX1', 'MAXLEN', '1'],
  'XGROUP DELCONSUMER': ['PREFIX1', 'g', 'c'],
  'XGROUP CREATECONSUMER': ['PREFIX1', 'g', 'c'],
  'CLIENT KILL': ['ID', '1'],
  REPLICAOF: ['h', '1'],
  'CLUSTER ADDSLOTSRANGE': ['0', '1'],
  'CLUSTER COUNTKEYSINSLOT': ['0'],
  'CLUSTER FORGET': ['id'],
  'CLUSTER REPLICATE': ['id'],
  'CLUSTER SETSLOT': ['0', 'STABLE'],
  'SENTINEL MASTER': ['m'],
  'SENTINEL GET-MASTER-ADDR-BY-NAME': ['m'],
  'SENTINEL SENTINELS': ['m'],
  'SENTINEL REPLICAS': ['m'],
  'SENTINEL CKQUORUM': ['m'],
};

describe('with one permission less', async () => {
  const [installed] = ENGINES;
  if (!installed) throw new Error('there is no server');
  const rules = rulesFor({ login: 'diagnose', deep: false }, installed);
  // PING comes before the login, a name for the connection is a courtesy, and open slots are counted for an action only.
  const unseen = ['+ping', '+client|setname', '+cluster|countkeysinslot'];
  const grants = rules.filter((rule) => rule.startsWith('+') && !unseen.includes(rule));

  test.each(grants)('%s: the rest is judged all the same, and the report says which one is missing', async (rule) => {
    // CLUSTER is asked of cluster nodes only.
    const server = await start(installed, rule.startsWith('+cluster|') ? ['--cluster-enabled', 'yes'] : []);
    // What took no time has no latency to ask for.
    if (!rule.startsWith('+cluster|')) for (const value of 'abc') await server.send('SET', 'k', value.repeat(100_000));
    await grant(server, [...rules, rule.replace('+', '-')]);
    const report = await diagnosed(server);
    const said = JSON.stringify([report.findings.map(({ headline }) => headline), report.unassessed]);
    expect(said.toLowerCase()).toContain(rule.slice(1));
    if (rule === '+info') return;
    expect(report.nodes).toMatchObject([{ reachable: true }]);
    const refused = report.unassessed.filter(({ reason }) => reason.includes('NOPERM'));
    expect(refused.every(({ reason }) => reason.includes(`NOPERM: ${rule.slice(1)}`))).toBe(true);
    expect(refused.length).toBeLessThan(shelves.rules.size / 2);
  });
});
