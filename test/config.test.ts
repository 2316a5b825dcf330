import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { medicFile } from '../src/config/schema.ts';
import { type Config, readConfig, slackSettings } from '../src/config.ts';
import { Problem } from '../src/domain/problem.ts';

// Not templates: ${NAME} is what medic.yml holds.
const ref = (name: string) => `$\{${name}}`;

const EXAMPLE = readFileSync(new URL('../docs/medic.example.yml', import.meta.url), 'utf8');
const PASSWORDS = {
  PROD_CACHE_PASSWORD: 'reading-password',
  PROD_CACHE_FIX_PASSWORD: 'fixing-password',
  PROD_CACHE_COPY_PASSWORD: 'copying-password',
  PROD_ORDERS_PASSWORD: 'orders-password',
  PROD_SESSIONS_PASSWORD: 'sessions-password',
  PROD_TOKENS_PASSWORD: 'tokens-password',
  PROD_TOKENS_SENTINEL_PASSWORD: 'sentinel-password',
  MEDIC_SSH_PASSPHRASE: 'ssh-passphrase',
  MEDIC_HOST_PASSPHRASE: 'host-passphrase',
};
const SLACK = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'signing-secret' };
const SMALL = 'targets:\n  prod:\n    url: redis://h\nslack: {channel: C061EG9SL}\n';

const HOST_KEY = `ssh-ed25519 ${'A'.repeat(68)}`;
const REAL_KEY = `ssh-ed25519 ${Buffer.concat([Buffer.from('\0\0\0\u000bssh-ed25519\0\0\0 '), Buffer.alloc(32, 7)]).toString('base64')}`;
const ssh = (body: string) => `url: redis://h, host: {ssh: ${body}}`;

function read(text: string | undefined, env: Record<string, string> = {}, file = '/etc/medic/medic.yml'): Config {
  return readConfig({
    file,
    text,
    env,
    readFile: (path) => `contents of ${path}`,
    sources: ['alertmanager', 'my-own'],
  });
}

function mistakes(text: string | undefined, env: Record<string, string> = {}): string {
  try {
    read(text, env, 'medic.yml');
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
  return 'no mistake';
}

function target(text: string, env: Record<string, string> = {}) {
  return [...read(text, env).targets.values()][0];
}

test('the example in docs is read whole', () => {
  const config = read(EXAMPLE, PASSWORDS);
  expect([...config.targets.values()]).toEqual([
    {
      name: 'prod-cache',
      kind: 'replication',
      seeds: [{ host: 'cache.internal', port: 6379 }],
      credentials: { username: 'medic-ro', password: 'reading-password' },
      remediate: { username: 'medic-fix', password: 'fixing-password' },
      purpose: 'cache',
      objectives: { outageToSurviveSeconds: 600, expectReplicas: 2, backupAgeSeconds: 86_400 },
      environment: 'production',
      channel: 'C024BE91L',
      owners: ['U024BE7LH'],
      alertLabels: { job: 'redis', cluster: 'prod-cache' },
      thresholds: { 'memory-near-maxmemory': { warning: 0.9 } },
      memoryLimitBytes: 8 * 1024 ** 3,
      adminUsers: ['ops'],
      host: {
        kind: 'ssh',
        user: 'medic',
        port: 22,
        key: 'contents of /etc/medic/ssh/medic_ed25519',
        passphrase: 'ssh-passphrase',
        trusted: { knownHosts: 'contents of /etc/medic/ssh/known_hosts' },
        address: { 'cache.internal:6379': 'cache-admin.internal' },
        remediate: {
          user: 'medic-host',
          key: 'contents of /etc/medic/ssh/medic_host_ed25519',
          passphrase: 'host-passphrase',
          backups: '/var/backups/redis',
        },
      },
      networkBitsPerSecond: 10e9,
      watch: { everySeconds: 5 },
      mustExpire: ['session:', 'otp:'],
      queues: ['jobs'],
      keyNames: 'masked',
      backup: {
        schedule: { kind: 'daily', hour: 3, minute: 30, timeZone: 'Europe/Berlin' },
        keep: { last: 7, days: 30 },
        credentials: { username: 'medic-copy', password: 'copying-password' },
      },
      auto: {
        playbooks: ['raise-maxmemory', 'unblock-writes'],
        atMost: 3,
        withinSeconds: 86_400,
        coolDownSeconds: 3600,
        confidence: 'high',
        quiet: { from: 22 * 60, to: 7 * 60, timeZone: 'Europe/Berlin' },
        noticeSeconds: 30,
      },
    },
    {
      name: 'prod-orders',
      kind: 'replication',
      seeds: [
        { host: '10.0.0.11', port: 6380 },
        { host: '10.0.0.12', port: 6380 },
      ],
      credentials: { password: 'orders-password' },
      tls: {
        ca: 'contents of /etc/medic/tls/ca.pem',
        cert: 'contents of /etc/medic/tls/medic.pem',
        key: 'contents of /etc/medic/tls/medic.key',
        servername: 'orders.internal',
      },
      purpose: 'store',
      objectives: { dataLossSeconds: 1 },
      environment: 'production',
      owners: [],
      alertLabels: { target: 'prod-orders' },
      thresholds: {},
    },
    {
      name: 'prod-sessions',
      kind: 'cluster',
      seeds: ['10.0.1.1', '10.0.1.2', '10.0.1.3'].map((host) => ({ host, port: 6379 })),
      addresses: [
        { announced: { host: '10.0.1.1', port: 6379 }, reachable: { host: '127.0.0.1', port: 7001 } },
        { announced: { host: '10.0.1.2' }, reachable: { host: 'bastion.internal' } },
      ],
      credentials: { password: 'sessions-password' },
      purpose: 'session',
      objectives: {},
      environment: 'production',
      owners: [],
      alertLabels: { target: 'prod-sessions' },
      thresholds: {},
    },
    {
      name: 'prod-tokens',
      kind: 'sentinel',
      sentinel: {
        seeds: [
          { host: 'sentinel-a.internal', port: 26_379 },
          { host: 'sentinel-b.internal', port: 26_380 },
        ],
        master: 'tokens',
        credentials: { username: 'medic-ro', password: 'sentinel-password' },
      },
      seeds: [],
      credentials: { password: 'tokens-password' },
      purpose: 'session',
      objectives: {},
      environment: 'production',
      owners: [],
      alertLabels: { target: 'prod-tokens' },
      thresholds: {},
    },
  ]);
  expect(config).toMatchObject({
    approvers: { users: ['U024BE7LH', 'U061F7AUR'], groups: ['S0614TZR7'] },
    defaultChannel: 'C061EG9SL',
    listen: { host: '127.0.0.1', port: 8080 },
    dataFolder: '/etc/medic/data',
    windowSeconds: 2,
    logLevel: 'info',
    warnings: ['prod-cache: known_hosts has no key of cache-admin.internal:22, so it will not be looked at.'],
  });
  expect(config.secrets).toEqual(expect.arrayContaining(Object.values(PASSWORDS)));
  expect(config.secrets).toContain('contents of /etc/medic/ssh/medic_ed25519');
});

/** Every key of the settings at any depth. */
function keysOf(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([name, inner]) => [
    ...(name === 'properties' ? Object.keys(inner as object) : []),
    ...keysOf(inner),
  ]);
}

test('the example in docs shows every key', () => {
  const keys = keysOf(z.toJSONSchema(medicFile(), { io: 'input', unrepresentable: 'any' }));
  expect(keys).toContain('path_style');
  expect(keys.filter((key) => !new RegExp(`\\b${key}:`).test(EXAMPLE))).toEqual([]);
});

const mapping = (line: string) =>
  `targets:\n  prod:\n    url: redis://h\n    addresses: {${line}}\nslack: {channel: C061EG9SL}\n`;

test.each([
  ['"[::1]:7000": "db.internal:7001"', { host: '::1', port: 7000 }, { host: 'db.internal', port: 7001 }],
  ['"10.0.0.5:6379": bastion', { host: '10.0.0.5', port: 6379 }, { host: 'bastion' }],
])('the announced address %s is mapped', (line, announced, reachable) => {
  const [target] = read(mapping(line)).targets.values();
  expect(target?.addresses).toEqual([{ announced, reachable }]);
});

test.each([
  [
    '"a b": c',
    'medic.yml:4:24: targets.prod.addresses.a b: the announced address is none: expected host:port, or a host',
  ],
  ['a: "b:70000"', 'targets.prod.addresses.a: expected host:port, or a host'],
  ['a: 7', 'targets.prod.addresses.a: expected host:port, or a host'],
  ['a: "b:1"', 'a host is mapped to a host, and its ports stay: to map a port, name it on both sides'],
])('a mapped address that cannot be: %s', (line, said) => {
  expect(mistakes(mapping(line))).toContain(said);
});

test('a reference is to a variable, not to what every object has', () => {
  expect(mistakes(SMALL.replace('redis://h', ref('constructor')))).toContain('variable constructor is not set');
});

test('passwords in the URLs of the database and the queue are secrets too', () => {
  const env = { DATABASE_URL: 'postgres://medic:db%20password@db/medic', QUEUE_URL: 'redis://:queue-password@q' };
  expect(read('targets: {}', env).secrets).toEqual(['db password', 'queue-password']);
});

test('every mistake of the file and the environment is in one message', () => {
  const text = `targets:
  prod:
    url: http://h
    purpos: cache
    kind: sentinel
    objectives: {data_loss: 5}
    password: \${GONE}
  PROD?: {nodes: [h]}
  none: {purpose: stoer}
aprovers: {}
`;
  const message = mistakes(text, { SLACK_BOT_TOKEN: 'hunter2', LOG_LEVEL: 'loud' });
  expect(message.split('\n').filter((line) => /^(medic|environment|The)/.test(line))).toEqual([
    'The configuration has 11 mistakes:',
    'medic.yml:3:10: targets.prod.url: not a Redis URL: it does not begin with redis:// or rediss://',
    expect.stringMatching(
      /^medic.yml:4:5: targets.prod.purpos: unknown key\. Allowed: url, nodes, .*Did you mean "purpose"\?$/,
    ),
    'medic.yml:5:11: targets.prod.kind: this kind needs the key sentinel, with nodes and master',
    'medic.yml:6:29: targets.prod.objectives.data_loss: expected a duration with its unit: 500ms, 2s, 10m, 1h, 1d',
    'medic.yml:7:15: targets.prod.password: the environment variable GONE is not set',
    'medic.yml:8:3: targets.PROD?: expected a name of letters, digits and . _ - that begins with a letter or digit',
    'medic.yml:9:9: targets.none: needs either url or nodes, or sentinel',
    'medic.yml:9:19: targets.none.purpose: expected one of cache, store, queue, session. Did you mean "store"?',
    expect.stringMatching(/^medic.yml:10:1: aprovers: unknown key\..*Did you mean "approvers"\?$/),
    expect.stringMatching(
      /^environment: SLACK_BOT_TOKEN: expected the Bot User OAuth Token .* begins with xoxb- \(npm run demo/,
    ),
    'environment: LOG_LEVEL: expected one of debug, info, warn, error',
  ]);
  expect(message).not.toContain('hunter2');
});

test.each([
  ['both url and nodes', 'url: redis://h, nodes: [h]', 'targets.prod: either url or nodes, not both'],
  ['tls: yes', 'url: redis://h, tls: yes', 'targets.prod.tls: expected true, or a map of ca, cert, key, servername'],
  ['an address without a host', 'nodes: [":1"]', 'nodes.0: expected host:port'],
  [
    'a rate without its unit',
    'url: redis://h, network_limit: 10gb',
    'network_limit: expected a rate with its unit: 500mbit, 10gbit',
  ],
  [
    'a size without a number',
    'url: redis://h, memory_limit: lots',
    'memory_limit: expected a size with its unit: 512mb, 2gb',
  ],
  ['a channel name', 'url: redis://h, channel: "#alerts"', 'expected a channel id such as C024BE91L'],
  ['an owner who is no member id', 'url: redis://h, owners: [ann]', 'expected a member id such as U024BE7LH'],
  ['a half reference', 'url: "redis://${H"', `write a reference as ${ref('NAME')}`],
  ['a certificate without its key', 'url: redis://h, tls: {cert: a.pem}', 'cert and key belong together'],
  [
    'kind sentinel without Sentinels',
    'url: redis://h, kind: sentinel',
    'medic.yml:1:40: targets.prod.kind: this kind needs the key sentinel, with nodes and master',
  ],
  [
    'servers beside Sentinels',
    'nodes: [h], sentinel: {nodes: [s], master: m}',
    'targets.prod.sentinel: the Sentinels name the servers: leave url and nodes away',
  ],
  [
    'another kind with Sentinels',
    'kind: standalone, sentinel: {nodes: [s], master: m}',
    'prod.kind: with the key sentinel',
  ],
  ['Sentinels without a master', 'sentinel: {nodes: [s]}', 'targets.prod.sentinel.master: this key is required'],
  ['Sentinels without an address', 'sentinel: {nodes: [], master: m}', 'targets.prod.sentinel.nodes: '],
  ['a master with blanks', 'sentinel: {nodes: [s], master: my master}', 'expected the name after `sentinel monitor`'],
  [
    'half a certificate of the Sentinels',
    'sentinel: {nodes: [s], master: m, tls: {key: a.pem}}',
    'targets.prod.sentinel.tls: cert and key belong together',
  ],
  [
    'SSH without a host key',
    ssh('{user: u, key: k}'),
    'ssh: needs known_hosts (a file) or host_key. `ssh-keyscan HOST`',
  ],
  [
    'SSH with two sorts of host keys',
    ssh(`{user: u, key: k, known_hosts: f, host_key: ${HOST_KEY}}`),
    'either known_hosts or host_key, not both',
  ],
  ['a fingerprint as a host key', ssh('{user: u, key: k, host_key: "SHA256:abc"}'), 'expected a host key: ssh-ed25519'],
  [
    'an SSH address for no node',
    ssh(`{user: u, key: k, host_key: ${HOST_KEY}, address: {h: a}}`),
    'expected host:port',
  ],
  ['an SSH option in the address', ssh('{user: u, key: k, known_hosts: f, address: "-o x"}'), 'expected a host name'],
  [
    'one login to look and to change',
    ssh(`{user: u, key: k, host_key: ${HOST_KEY}, remediate: {user: u, key: other}}`),
    'targets.prod.host.ssh.remediate.user: must be another user than the one who only looks',
  ],
  [
    'one key to look and to change',
    ssh(`{user: u, key: k, host_key: ${HOST_KEY}, remediate: {user: fixer, key: k}}`),
    'targets.prod.host.ssh.remediate.key: must be another key than the one that only looks',
  ],
  [
    'backups in a folder of the system',
    ssh(`{user: u, key: k, host_key: ${HOST_KEY}, remediate: {user: fixer, key: other, backups: /etc}}`),
    'expected the path of a folder, below none of the system',
  ],
  ['SSH without a user', ssh('{key: k, known_hosts: f}'), 'targets.prod.host.ssh.user'],
  ['a host that is neither', 'url: redis://h, host: {}', 'host: either ssh, or local: true'],
  [
    'a host that is both',
    `url: redis://h, host: {local: true, ssh: {user: u, key: k, known_hosts: f}}`,
    'either ssh, or',
  ],
  ['local: false', 'url: redis://h, host: {local: false}', 'host.local: expected true'],
])('%s is a mistake', (_what, body, want) => {
  expect(mistakes(`targets: {prod: {${body}}}`)).toContain(want);
});

test('the Sentinels have a login and TLS of their own', () => {
  const text = `targets:
  prod:
    kind: sentinel
    sentinel: {nodes: ["[::1]:26380"], master: Orders.EU, password: hunter2, tls: {ca: s.pem, key: k.pem, cert: c.pem}}
    tls: true
`;
  expect(target(text)).toMatchObject({
    kind: 'sentinel',
    seeds: [],
    credentials: {},
    tls: {},
    sentinel: {
      seeds: [{ host: '::1', port: 26_380 }],
      master: 'Orders.EU',
      credentials: { password: 'hunter2' },
      tls: { ca: 'contents of /etc/medic/s.pem' },
    },
  });
  expect(read(text).secrets).toEqual(['hunter2', 'contents of /etc/medic/k.pem']);
});

test('many targets share their Sentinels, but each has a master of its own', () => {
  const one = (name: string, master: string) => `  ${name}: {sentinel: {nodes: [s], master: ${master}}}\n`;
  const warnings = (text: string) =>
    read(`targets:\n${text}`).warnings.filter((line) => line.includes('named by both'));
  expect(warnings(one('a', 'orders') + one('b', 'carts'))).toEqual([]);
  expect(warnings(one('a', 'orders') + one('b', 'orders'))).toEqual(['orders of s:26379 is named by both a and b.']);
});

test.each([
  ['one key', HOST_KEY, { keys: [HOST_KEY] }],
  ['several', `[${HOST_KEY}, ${HOST_KEY} comment]`, { keys: [HOST_KEY, `${HOST_KEY} comment`] }],
])('a host may be told by %s', (_what, key, trusted) => {
  const body = ssh(`{user: u, port: 2222, key: k, host_key: ${key}, address: bastion}`);
  expect(target(`targets: {prod: {${body}}}`)?.host).toEqual({
    kind: 'ssh',
    user: 'u',
    port: 2222,
    key: 'contents of /etc/medic/k',
    trusted,
    address: 'bastion',
  });
});

test('a host whose key is known needs no warning', () => {
  const lines = (body: string) => read(`targets: {prod: {${body}}}`).warnings.filter((line) => line.includes('no key'));
  expect(lines(ssh(`{user: u, key: k, host_key: ${REAL_KEY}}`))).toEqual([]);
  expect(lines(ssh('{user: u, port: 2222, key: k, known_hosts: f}'))).toEqual([
    'prod: known_hosts has no key of h:2222, so it will not be looked at.',
  ]);
});

test('the servers may run on this machine', () => {
  expect(target('targets: {prod: {url: redis://h, host: {local: true}}}')?.host).toEqual({ kind: 'local' });
});

test('a TLS file that cannot be read is a mistake at its key', () => {
  const readFile = (path: string): string => {
    throw new Error(`ENOENT: ${path}`);
  };
  const text = 'targets:\n  prod:\n    url: rediss://h\n    tls: {ca: ca.pem}\n';
  expect(() => readConfig({ file: 'medic.yml', text, env: {}, readFile, sources: [] })).toThrow(
    /medic.yml:4:15: targets.prod.tls.ca: cannot be read: ENOENT: .*ca.pem/,
  );
});

test('a threshold of a rule that does not exist is a mistake', () => {
  const text = 'targets: {prod: {url: redis://h, thresholds: {memory-near-maxmemry: {warning: 0.9}}}}';
  const rules = ['memory-near-maxmemory'];
  const sources = { file: 'medic.yml', text, env: {}, readFile: () => '', sources: [] };
  expect(() => readConfig({ ...sources, rules })).toThrow(
    'targets.prod.thresholds.memory-near-maxmemry: there is no such rule. Did you mean "memory-near-maxmemory"?',
  );
  expect(() => readConfig(sources)).not.toThrow();
});

test('a misspelt rule is reported together with the other mistakes', () => {
  const text = 'targets:\n  prod:\n    url: http://h\n    thresholds:\n      memory-near: {warning: lots}\n';
  const sources = { file: 'medic.yml', text, env: {}, readFile: () => '', sources: [], rules: ['low-hit-ratio'] };
  expect(() => readConfig(sources)).toThrow(
    /medic.yml:3:10: targets.prod.url: not a Redis URL.*medic.yml:5:7: targets.prod.thresholds.memory-near: there is no such rule/s,
  );
});

test.each(['http://hunter2@q', 'q:6379', 'redis://:hunter2@q:99999'])('QUEUE_URL %s is a mistake', (url) => {
  const message = mistakes('targets: {}', { QUEUE_URL: url });
  expect(message).toContain('environment: QUEUE_URL: expected redis://[user:password@]host[:port]');
  expect(message).not.toContain('hunter2');
});

test('two names that differ in capital letters only are a mistake', () => {
  expect(mistakes('targets: {prod: {url: redis://h}, Prod: {url: redis://i}}')).toContain(
    'targets.Prod: differs from prod',
  );
});

test('a missing file says how to go on', () => {
  expect(mistakes(undefined)).toContain('There is no medic.yml');
});

test('references stand anywhere in a string, and keep a value of digits as text', () => {
  const text = `targets: {prod: {url: "redis://${ref('USER_NAME')}:${ref('PW')}@${ref('HOST')}:6380", memory_limit: "${ref('LIMIT')}"}}`;
  const found = target(text, { USER_NAME: 'u', PW: '12345', HOST: 'h', LIMIT: '2gb' });
  expect(found).toMatchObject({
    seeds: [{ host: 'h', port: 6380 }],
    credentials: { username: 'u', password: '12345' },
    memoryLimitBytes: 2 * 1024 ** 3,
  });
});

test('rediss:// turns TLS on, tls: true as well', () => {
  expect(target('targets: {prod: {url: rediss://h}}')?.tls).toEqual({});
  expect(target('targets: {prod: {nodes: [h], tls: true}}')?.tls).toEqual({});
  expect(target('targets: {prod: {url: redis://h}}')?.tls).toBeUndefined();
});

test.each([
  [
    'HTTP mode',
    SLACK,
    { kind: 'http', botToken: 'xoxb-1', signingSecret: 'signing-secret', listen: { host: '0.0.0.0', port: 3000 } },
  ],
  ['Socket Mode', { ...SLACK, SLACK_APP_TOKEN: 'xapp-1' }, { kind: 'socket', botToken: 'xoxb-1', appToken: 'xapp-1' }],
  [
    'another API and port',
    { ...SLACK, SLACK_API_URL: 'http://127.0.0.1:1/api/', REDIS_MEDIC_SLACK_LISTEN: '127.0.0.1:0' },
    { kind: 'http', apiUrl: 'http://127.0.0.1:1/api/', listen: { host: '127.0.0.1', port: 0 } },
  ],
])('Slack settings for %s', (_what, env, want) => {
  expect(slackSettings(read(SMALL, env))).toMatchObject(want);
});

test.each([
  ['nothing', SMALL, {}, 'SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN for Socket Mode) are not set'],
  ['an empty token', SMALL, { ...SLACK, SLACK_BOT_TOKEN: '' }, 'SLACK_BOT_TOKEN is not set'],
  ['no channel', 'targets: {prod: {url: redis://h}}', SLACK, 'slack.channel in medic.yml is not set'],
  ['no token', SMALL, {}, 'deploy/manifest-socket.yml (Socket Mode) or manifest.yml (HTTP)'],
])('with %s set, starting says what is missing and that the demo needs none', (_what, text, env, want) => {
  const config = read(text, env);
  expect(() => slackSettings(config)).toThrow(want);
  expect(() => slackSettings(config)).toThrow('npm run demo');
});

test('the environment overrides the file', () => {
  const config = read(SMALL, {
    REDIS_MEDIC_DATA: '/var/lib/medic',
    REDIS_MEDIC_LISTEN: '0.0.0.0:9000',
    DATABASE_URL: 'postgres://u:p@h/db',
    QUEUE_URL: 'redis://q',
    LOG_LEVEL: 'debug',
    ALERTMANAGER_TOKEN: 'hook-token',
    MY_OWN_TOKEN: 'other-token',
  });
  expect(config).toMatchObject({
    dataFolder: '/var/lib/medic',
    listen: { host: '0.0.0.0', port: 9000 },
    databaseUrl: 'postgres://u:p@h/db',
    queueUrl: 'redis://q',
    logLevel: 'debug',
    hookTokens: { alertmanager: 'hook-token', 'my-own': 'other-token' },
  });
});

test('what is allowed but probably not meant is a warning', () => {
  expect(read('targets: {a: {url: redis://h}, b: {nodes: [h]}}').warnings).toEqual([
    'h:6379 is named by both a and b.',
    'No approvers are named, so nobody can approve a proposal.',
  ]);
  expect(read('targets: {}').warnings).toContain('No targets are named, so there is nothing to look after.');
});

test('nothing of it can be changed afterwards', () => {
  const config = read(SMALL);
  expect(Object.isFrozen(config) && Object.isFrozen(config.listen)).toBe(true);
  expect([...config.targets.values()].every((each) => Object.isFrozen(each) && Object.isFrozen(each.seeds))).toBe(true);
});

test.each([
  ['', { everySeconds: 15, keepSeconds: 48 * 3600, raiseAfterSeconds: 120 }],
  [
    'watch: {every: 1s, keep: 14d, raise_after: 0s}',
    { everySeconds: 1, keepSeconds: 14 * 86_400, raiseAfterSeconds: 0 },
  ],
  ['watch: {raise_after: false}', { everySeconds: 15, keepSeconds: 48 * 3600 }],
  ['watch: false', undefined],
])('%s', (text, want) => {
  expect(read(`${SMALL}${text}`).watch).toEqual(want);
});

test.each([
  ['{}', undefined],
  ['{watch: false}', false],
  ['{watch: {every: 2m}}', { everySeconds: 120 }],
])('a target may be watched in its own way: %s', (text, want) => {
  expect(target(SMALL.replace('url: redis://h', `url: redis://h\n    ${text.slice(1, -1)}`))?.watch).toEqual(want);
});

test.each([
  ['watch: {every: 0.5s}', 'expected a duration from 1s to 1h'],
  ['watch: {every: 15}', 'expected a duration from 1s to 1h'],
  ['watch: {keep: 5m}', 'expected a duration from 1h to 31d'],
  ['watch: {raise_after: true}', 'expected a duration up to 1d, or false'],
  ['watch: true', 'expected false, or a map of every, keep, raise_after'],
  ['watch: {evry: 15s}', 'Did you mean "every"?'],
])('a mistake in how to watch: %s', (text, want) => {
  expect(mistakes(`${SMALL}${text}`)).toContain(want);
});
