import { expect, test } from 'vitest';
import action from '../../src/actions/deny-command.ts';
import type { Reply } from '../../src/domain/command.ts';
import security from '../../src/probes/security-config.ts';
import { asked } from '../support/asking.ts';
import { client } from '../support/client.ts';
import { group, lines, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';
import { type ReadSketch, saw } from '../support/scene.ts';

const APP = client({ id: 1, user: 'app', cmd: 'keys', idle: 1, name: 'shop' });
const ARGS = { command: 'keys', user: 'app' };
const DENIED = "User app has no permissions to run the 'keys' command";
const ACCOUNT: Reply = [
  'flags',
  ['on'],
  'passwords',
  ['hash'],
  'commands',
  '-@all +@read +keys',
  'keys',
  '~app:*',
  'selectors',
  [],
];

const withFile = (sketch: ReadSketch, aclfile = ''): ReadSketch => ({
  ...sketch,
  readings: [...sketch.readings, saw(security, { bind: '', protected_mode: 'yes', aclfile })],
});

interface Told {
  account?: Reply;
  dry?: Reply;
  clients?: ReturnType<typeof client>[];
  nodes?: ReadSketch[];
  args?: object;
  target?: object;
}

function on({ account = ACCOUNT, dry = 'OK', clients = [APP], nodes, args = ARGS, target = {} }: Told = {}) {
  const snapshot = group(nodes ?? [withFile(primary({ clients }))], {
    credentials: { username: 'medic-ro' },
    ...target,
  });
  return asked(action, snapshot, args, (command) => (command === 'ACL GETUSER' ? account : dry));
}

test('one rule for one user, on every server, and the undo sets the rules as they were', () => {
  const nodes = [withFile(primary({ clients: [APP] })), withFile(replica())];
  const plan = mustPlan(action, on({ nodes }), ARGS);
  expect(lines(plan.commands)).toEqual([PRIMARY, REPLICA].map((node) => `${node}> ACL SETUSER app -keys`));
  expect(lines(plan.undo)).toEqual([PRIMARY, REPLICA].map((node) => `${node}> ACL SETUSER app -@all +@read +keys`));
  expect(plan.impact.join(' ')).toContain('1 connections are logged in as app: shop at');
  expect(plan.risk).toBe('disruptive');
});

test('the user is the one whose connections sent it last; two, or none, are for a person to say', () => {
  const args = { command: 'keys' };
  expect(mustPlan(action, on({ args }), args).args).toEqual(ARGS);
  const two = [APP, client({ id: 2, user: 'batch', cmd: 'keys', idle: 1 })];
  expect(refusal(action, on({ args, clients: two }), args)).toContain('app, batch send it');
  const late = [client({ id: 1, user: 'app', cmd: 'keys', idle: 61 })];
  expect(refusal(action, on({ args, clients: late }), args)).toContain('no connection shows');
});

test.each<[string, Told, string]>([
  ['it may not call it anyway', { dry: DENIED }, 'no user who may call KEYS'],
  ['there is no such user', { account: null }, 'no user who may call KEYS'],
  ['it has selectors', { account: [...(ACCOUNT as Reply[]).slice(0, -1), [['commands', '+keys']]] }, 'selectors'],
  ['its rules are not told', { account: ['flags', ['on'], 'commands', ''] }, 'does not tell the rules'],
  ['it is ours', { target: { credentials: { username: 'app' } } }, 'redis-medic itself logs in as app'],
  ['it repairs', { target: { remediate: { username: 'app' } } }, 'redis-medic itself logs in as app'],
  ['replicas are it', { clients: [client({ id: 3, user: 'app', flags: 'S' })] }, 'replicas or Sentinels'],
  [
    'Sentinels are it',
    { clients: [client({ id: 3, user: 'app', name: 'sentinel-0a1b2c3d-cmd' })] },
    'replicas or Sentinels',
  ],
])('refused: %s', (_what, told, because) => expect(refusal(action, on(told), ARGS)).toContain(because));

test('a key that the trial may not touch says nothing about the command', () => {
  expect(
    mustPlan(action, on({ dry: "User app has no permissions to access the 'k' key" }), ARGS).commands,
  ).toHaveLength(1);
});

test('before 7.0 nothing can be tried, and it is planned all the same', () => {
  const old = [withFile(primary({ clients: [APP], identity: { version: '6.2.14' } }))];
  expect(mustPlan(action, on({ nodes: old }), ARGS).commands).toHaveLength(1);
});

test('where it is kept stands in the plan', () => {
  const filed = [withFile(primary({ clients: [APP] }), '/etc/users.acl')];
  expect(mustPlan(action, on({ nodes: filed }), ARGS).impact.at(-1)).toContain('save-users');
  expect(mustPlan(action, on(), ARGS).impact.at(-1)).toContain('CONFIG REWRITE');
});

test.each([
  { command: 'get', user: 'app' },
  { command: 'keys', user: 'a b' },
  { command: 'keys', user: '>x' },
])('no plan for %j', (args) => {
  expect(() => mustPlan(action, group([primary()]), args)).toThrow(/command|user/);
});
