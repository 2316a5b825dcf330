import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { Handlers } from '../../src/cli/handlers.ts';
import { runProgram } from '../../src/cli/program.ts';
import { problem } from '../../src/domain/problem.ts';

async function run(line: string, handlers: Partial<Handlers> = {}) {
  const asked: unknown[] = [];
  const answer = (name: string) => async (ask: object) => {
    asked.push({ [name]: ask });
    return 0;
  };
  const all = {
    diagnose: answer('diagnose'),
    check: answer('check'),
    acl: answer('acl'),
    configCheck: answer('configCheck'),
    auditList: answer('auditList'),
    auditVerify: answer('auditVerify'),
    auditExport: answer('auditExport'),
    aclHost: answer('aclHost'),
    plan: answer('plan'),
    playbooksTest: answer('playbooksTest'),
    playbooksList: answer('playbooksList'),
    playbooksShow: answer('playbooksShow'),
    playbooksLint: answer('playbooksLint'),
    backupList: answer('backupList'),
    backupTake: answer('backupTake'),
    backupVerify: answer('backupVerify'),
    backupPrune: answer('backupPrune'),
    start: answer('start'),
    ...handlers,
  };
  let out = '';
  let err = '';
  const output = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const status = await runProgram(line.split(' ').filter(Boolean), all, output);
  return { status, asked, out, err };
}

test.each([
  ['diagnose prod', { diagnose: { what: 'prod', json: false, deep: false } }],
  [
    'diagnose redis://h --json --for 500ms --config my.yml',
    { diagnose: { what: 'redis://h', json: true, forMs: 500, config: 'my.yml' } },
  ],
  ['check prod', { check: { what: 'prod', format: 'text' } }],
  ['check redis://h --format markdown --for 1s', { check: { what: 'redis://h', format: 'markdown', forMs: 1000 } }],
  ['config check', { configCheck: { config: 'medic.yml' } }],
  ['audit list', { auditList: { config: 'medic.yml', json: false, limit: 50 } }],
  [
    'audit list --incident inc_0a1b2c3d4e --json --limit 5',
    { auditList: { config: 'medic.yml', json: true, limit: 5, incident: 'inc_0a1b2c3d4e' } },
  ],
  ['audit verify --config a.yml', { auditVerify: { config: 'a.yml' } }],
  ['audit export --incident inc_0a1b2c3d4e', { auditExport: { config: 'medic.yml', incident: 'inc_0a1b2c3d4e' } }],
  [
    'acl diagnose',
    { acl: { login: 'diagnose', deep: false, at: { engine: 'redis', version: '7.0' }, user: 'medic-ro' } },
  ],
  [
    'acl diagnose --deep --engine valkey@8.1 --user looker',
    { acl: { login: 'diagnose', deep: true, at: { engine: 'valkey', version: '8.1' }, user: 'looker' } },
  ],
  [
    'acl remediate cfg repl',
    {
      acl: { login: 'remediate', classes: ['cfg', 'repl'], at: { engine: 'redis', version: '7.0' }, user: 'medic-fix' },
    },
  ],
  ['acl sentinel', { acl: { login: 'sentinel', at: { engine: 'redis', version: '7.0' }, user: 'medic-ro' } }],
  ['plan bgsave prod', { plan: { playbook: 'bgsave', what: 'prod', set: {}, json: false } }],
  [
    'plan raise-maxmemory redis://h --set bytes=4gb --set note=a=b --node h:1 --json --config my.yml',
    {
      plan: {
        playbook: 'raise-maxmemory',
        what: 'redis://h',
        set: { bytes: '4gb', note: 'a=b' },
        node: 'h:1',
        json: true,
        config: 'my.yml',
      },
    },
  ],
  ['playbooks list', { playbooksList: { json: false } }],
  ['playbooks list --json --config my.yml', { playbooksList: { json: true, config: 'my.yml' } }],
  ['playbooks show bgsave', { playbooksShow: { id: 'bgsave' } }],
  ['playbooks lint', { playbooksLint: { paths: [] } }],
  ['playbooks lint a.yml mine --config b.yml', { playbooksLint: { paths: ['a.yml', 'mine'], config: 'b.yml' } }],
  ['playbooks test', { playbooksTest: { what: [] } }],
  ['playbooks test bgsave a.yml --server /x', { playbooksTest: { what: ['bgsave', 'a.yml'], server: '/x' } }],
  ['start', { start: { config: 'medic.yml' } }],
])('%s', async (line, want) => {
  expect(await run(line)).toMatchObject({ status: 0, asked: [want], err: '' });
});

test('--deep samples the keys as well', async () => {
  const { status, asked, err } = await run('diagnose prod --deep');
  const ask = { what: 'prod', json: false, deep: true };
  expect({ status, asked, err }).toEqual({ status: 0, asked: [{ diagnose: ask }], err: '' });
});

test.each([
  ['', 'Usage: redis-medic'],
  ['diagnos prod', 'Did you mean diagnose?'],
  ['diagnose', "missing required argument 'target'"],
  ['diagnose prod other', 'too many arguments'],
  ['diagnose prod --jsn', 'Did you mean --json?'],
  ['diagnose prod --for soon', '"soon" is not a duration'],
  ['diagnose prod --for 0s', 'is not a duration'],
  ['config chek', 'Did you mean check?'],
  ['acl remediate', "missing required argument 'class'"],
  ['acl diagnose --engine redis@5.0', '"redis@5.0" is no engine'],
  ['acl diagnose --engine keydb@6', 'is no engine'],
  ['acl sentinel --user a(b', 'cannot be the name of a user'],
  ['audit', 'Usage: redis-medic audit'],
  ['audit list --limit 0', 'whole number'],
  ['audit export --incident 7', 'is not the id of an incident'],
])('wrong usage "%s" is 64 on standard error', async (line, want) => {
  const { status, asked, out, err } = await run(line);
  expect({ status, asked, out }).toEqual({ status: 64, asked: [], out: '' });
  expect(err).toContain(want);
});

test.each(['help', '--help', 'help diagnose', 'audit --help'])('%s is shown on standard output', async (line) => {
  const { status, out, err } = await run(line);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(out).toContain('Usage: redis-medic');
});

test('--version is that of package.json', async () => {
  expect(await run('--version')).toMatchObject({ status: 0, asked: [], out: `${packageJson.version}\n`, err: '' });
});

test("a handler's exit status is the program's", async () => {
  expect((await run('diagnose prod', { diagnose: async () => 2 })).status).toBe(2);
});

test('a problem is its message and 64, a bug its stack and 70', async () => {
  const unknown = await run('diagnose prdo', {
    diagnose: () => Promise.reject(problem('target-unknown', 'prdo', ['prod'])),
  });
  expect(unknown).toMatchObject({
    status: 64,
    err: 'There is no target "prdo". Did you mean prod? Known targets: prod.\n',
  });
  const bug = await run('start', { start: () => Promise.reject(new TypeError('x is undefined')) });
  expect(bug.status).toBe(70);
  expect(bug.err).toMatch(/has a bug: TypeError: x is undefined\n\s+at /);
});
