import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { medicFile } from '../../src/config/schema.ts';
import { METRICS } from '../../src/io/metrics.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { startSentinels } from '../support/sentinels.ts';
import { filesUnder, textOf } from './source-tree.ts';

const README = textOf('README.md');

interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
}

/** Every key that medic.yml may hold, as a dotted path; names that people choose are `<name>`. */
function keysOf(schema: Schema, path: readonly string[] = []): string[] {
  if (schema.anyOf) return schema.anyOf.flatMap((branch) => keysOf(branch, path));
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([key, inner]) => keysOf(inner, [...path, key]));
  }
  const free = schema.additionalProperties;
  return path.length === 1 && typeof free === 'object' ? keysOf(free, [...path, '<name>']) : [path.join('.')];
}

const KEYS = [...new Set(keysOf(z.toJSONSchema(medicFile(), { io: 'input', unrepresentable: 'any' }) as Schema))];

test('the keys of medic.yml are found', () => {
  expect(KEYS).toEqual(expect.arrayContaining(['targets.<name>.tls.ca', 'approvers.users', 'window_s']));
});

test.each(KEYS)('README explains the key %s', (key) => {
  const table = README.slice(README.indexOf('\n## Configuration'), README.indexOf('\n## Command line'));
  const named = (path: string) => table.includes(`\`${path}\``);
  const [last = '', ...above] = key.split('.').reverse();
  const group = above.reverse().join('.');
  expect(named(key) || (table.includes(`\`${group}`) && (named(`.${last}`) || named(last)))).toBe(true);
});

test('README explains every environment variable that the configuration reads', () => {
  const variables = textOf('src/config/environment.ts').match(/^ {2}[A-Z][A-Z_]+(?=:)/gm) ?? [];
  expect(variables.length).toBeGreaterThan(8);
  expect(variables.filter((name) => !README.includes(`\`${name.trim()}\``))).toEqual([]);
});

test.each(Object.entries(METRICS))('README explains the metric %s and its labels', (name, metric) => {
  const labels = 'labels' in metric ? metric.labels : [];
  const row = README.split('\n').find((line) => line.startsWith(`| \`${name}\``));
  expect(row?.match(/`\w+`/g)).toEqual([name, ...labels].map((word) => `\`${word}\``));
});

test('the files that README links to are there', () => {
  const links = [...README.matchAll(/\]\(([^)]+)\)/g)]
    .map(([, link]) => link ?? '')
    .filter((link) => !link.startsWith('http'));
  const there = [...filesUnder('docs', ''), 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'LICENSE'];
  expect(links.filter((link) => !there.includes(link))).toEqual([]);
});

let server: RedisServer;
const ACLS = [...README.matchAll(/^ACL SETUSER (\S+) (.*)$/gm)].map(([, user = '', rules = '']) => ({ user, rules }));

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

/** Commands that only newer engines have. */
const NEWER = ['COMMANDLOG GET', 'HOTKEYS GET'];

test.each([
  ['7.0 and newer', 0],
  ['6.2', 2],
])(
  'the users of README for %s may do what reading and repairing need, and nothing to data',
  async (_version, first) => {
    const { probes, actions } = await loadShelves();
    const [reader, fixer] = ACLS.slice(first, first + 2);
    const asks = [...probes.values()]
      .filter(({ asks }) => asks === 'server')
      .flatMap(({ allows }) => allows)
      .filter((command) => !NEWER.includes(command.join(' ')));
    const sends = [...actions.values()].flatMap(({ sends }) => sends);
    // On 6.2 the rule acl-denials is unassessed: README says so.
    const denied = await refusedTo(reader, asks);
    expect(first === 2 ? denied.filter((command) => !NOT_ON_6_2.includes(command)) : denied).toEqual([]);
    expect(await refusedTo(fixer, sends)).toEqual([]);
    const data = [['GET', 'k'], ['SET', 'k', 'v'], ['KEYS', '*'], ['FLUSHALL'], ['EVAL', 'return 1', '0'], ['MONITOR']];
    const toReader = [...data, ...sends.filter((command) => !asks.some((ask) => ask.join() === command.join()))];
    expect(await refusedTo(reader, toReader)).toHaveLength(new Set(toReader.map(String)).size);
    expect(await refusedTo(fixer, data)).toHaveLength(data.length);
  },
);

test('the user of README for Sentinels may ask what is asked of them, and change nothing', async () => {
  const { probes } = await loadShelves();
  const asks = [...probes.values()].filter((probe) => probe.asks === 'sentinel').flatMap(({ allows }) => allows);
  const [user] = ACLS.slice(4);
  const [sentinel] = await startSentinels({ primary: server, count: 1 });
  if (!user || !sentinel) throw new Error('README has no user for Sentinels');
  try {
    expect(await refusedTo(user, asks, sentinel)).toEqual([]);
    const changes = ['FAILOVER', 'RESET', 'REMOVE', 'FLUSHCONFIG'].map((word) => ['SENTINEL', word]);
    expect(await refusedTo(user, [...changes, ['SHUTDOWN'], ['PUBLISH']], sentinel)).toHaveLength(6);
  } finally {
    await sentinel.stop();
  }
});

/** The commands, each once, that the user may not send. */
async function refusedTo(
  acl: (typeof ACLS)[number] | undefined,
  commands: readonly (readonly string[])[],
  on: RedisServer = server,
) {
  const rules = (acl?.rules ?? '').split(' ');
  expect(await on.send('ACL', 'SETUSER', acl?.user ?? '', 'reset', ...rules)).toBe('OK');
  const refused = new Set<string>();
  for (const command of commands) {
    const words = [...command, ...(ARGUMENTS[command.join(' ')] ?? [])];
    const reply = await on.send('ACL', 'DRYRUN', acl?.user ?? '', ...words);
    // Anything but a refusal by the ACL would prove nothing.
    expect(JSON.stringify(reply)).toMatch(/^"OK"$|has no permissions/);
    if (reply !== 'OK') refused.add(command.join(' '));
  }
  return [...refused];
}

test.each(NEWER)('README tells how to allow %s, which the server of these tests does not know', (command) => {
  expect(README).toContain(`\`+${command.toLowerCase().replace(' ', '|')}\``);
});

/** What 6.2 lacks or cannot grant alone. */
const NOT_ON_6_2 = [
  'ACL LIST',
  'ACL LOG',
  'ACL GETUSER',
  'ACL WHOAMI',
  'MODULE LIST',
  'FUNCTION STATS',
  'FUNCTION LIST',
  'LATENCY HISTOGRAM',
  'CLUSTER LINKS',
  'CLUSTER SHARDS',
];

/** DRYRUN wants as many arguments as the command takes. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  'CONFIG GET': ['maxmemory'],
  'ACL GETUSER': ['default'],
  'LATENCY HISTORY': ['fork'],
  'CONFIG SET': ['maxmemory', '1'],
  'CLIENT KILL': ['ID', '1'],
  'SLOWLOG GET': ['1'],
  REPLICAOF: ['h', '1'],
  PUBLISH: ['c', 'm'],
  ...Object.fromEntries(
    ['MASTER', 'GET-MASTER-ADDR-BY-NAME', 'REPLICAS', 'SENTINELS', 'CKQUORUM', 'FAILOVER', 'RESET', 'REMOVE'].map(
      (word) => [`SENTINEL ${word}`, ['mymaster']],
    ),
  ),
};
