import { expect, test } from 'vitest';
import { type AclAsk, aclCommand } from '../../src/cli/acl.ts';
import type { Action } from '../../src/domain/action.ts';
import type { Command } from '../../src/domain/command.ts';
import { type EngineVersion, parseEngineVersion } from '../../src/domain/command-history.ts';
import type { Asked, Probe } from '../../src/domain/probe.ts';

const probe = (asks: Asked, ...allows: Command[]) => ({ asks, allows }) as unknown as Probe<unknown>;
const action = (...sends: Command[]) => ({ sends }) as unknown as Action;

const shelves = {
  probes: new Map([
    ['memory', probe('server', ['INFO'])],
    ['memory-config', probe('server', ['CONFIG', 'GET'])],
    ['other-config', probe('server', ['CONFIG', 'GET'])],
    ['latency', probe('server', ['LATENCY', 'HISTOGRAM'])],
    ['command-log', probe('server', ['COMMANDLOG', 'GET'])],
    ['disk', probe('host', ['read', '{dir}'])],
    ['key-sample', probe('keys', ['SCAN'], ['TYPE'], ['PTTL'], ['CLIENT', 'NO-TOUCH'])],
    ['peers', probe('sentinel', ['SENTINEL', 'SENTINELS'])],
  ]),
  actions: new Map([
    ['raise-maxmemory', action(['CONFIG', 'SET'])],
    ['re-slave', action(['CONFIG', 'SET'], ['REPLICAOF'])],
    ['unlink-keys', action(['UNLINK'], ['DUMP'])],
    ['fail-over', action(['SENTINEL', 'FAILOVER'])],
  ]),
};

function engine(text: string): EngineVersion {
  const at = parseEngineVersion(text);
  if (!at) throw new Error(`${text} is no engine`);
  return at;
}

type Login =
  | Omit<Extract<AclAsk, { login: 'diagnose' }>, 'at' | 'user'>
  | { login: 'sentinel' }
  | { login: 'remediate'; classes: string[] };

function print(login: Login, at = 'redis@7.0') {
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
  expect(aclCommand(shelves, { ...login, at: engine(at), user: 'medic' }, output)).toBe(0);
  return { line: out.trim(), err };
}

const START = 'ACL SETUSER medic on >PASSWORD resetkeys';

test.each([
  ['redis@7.0', '+client|setname +config|get +info +latency|histogram +ping'],
  ['redis@6.2', '+client|setname +config|get +info +ping'],
  ['valkey@7.2', '+client|setname +config|get +info +latency|histogram +ping'],
  ['valkey@8.1', '+client|setname +commandlog|get +config|get +info +latency|histogram +ping'],
  ['redis@8.6', '+client|setname +config|get +info +latency|histogram +ping'],
])('reading on %s: what the probes ask of servers and it has, each once', (at, grants) => {
  expect(print({ login: 'diagnose', deep: false }, at).line).toBe(`${START} resetchannels -@all ${grants}`);
});

test('what the version lacks is said', () => {
  expect(print({ login: 'diagnose', deep: false }, 'redis@6.2').err).toContain(
    'redis 6.2 has no COMMANDLOG GET, LATENCY HISTOGRAM: this line leaves them out.',
  );
});

test.each([
  ['redis@7.2', ' %W~* resetchannels clearselectors -@all', '+client|no-touch ', ' (%R~* +pttl)'],
  ['redis@7.0', ' %W~* resetchannels clearselectors -@all', '', ' (%R~* +pttl)'],
  ['redis@6.2', ' ~* resetchannels -@all', '', ''],
])('a sample of the keys on %s sees no value', (at, keys, noTouch, selector) => {
  const { line } = print({ login: 'diagnose', deep: true }, at);
  expect(line.startsWith(`${START}${keys}`)).toBe(true);
  expect(line.endsWith(selector)).toBe(true);
  expect(line).toContain('+scan');
  expect(line).toContain(noTouch);
  expect(line.includes('no-touch')).toBe(noTouch !== '');
});

test('Sentinels have a line of their own', () => {
  expect(print({ login: 'sentinel' }).line).toBe(
    `${START} resetchannels -@all +client|setname +ping +sentinel|sentinels`,
  );
});

test('a login for one kind of repair, and what it is not enough for', () => {
  const { line, err } = print({ login: 'remediate', classes: ['cfg'] });
  expect(line).toBe(`${START} resetchannels -@all +client|setname +config|set +ping`);
  expect(err).toContain('cfg: may change settings (as good as an administrator).');
  expect(err).toContain('re-slave needs repl as well.');
});

test('several kinds together', () => {
  const { line, err } = print({ login: 'remediate', classes: ['repl', 'cfg'] });
  expect(line).toContain('+config|set +ping +replicaof');
  expect(err).not.toContain('as well');
});

test('all is what servers need; keys and Sentinels are asked for by name', () => {
  expect(print({ login: 'remediate', classes: ['all'] }).line).not.toMatch(/unlink|sentinel/);
  expect(print({ login: 'remediate', classes: ['key'] }).line).toBe(
    `${START} ~PREFIX* resetchannels -@all +client|setname +dump +ping +unlink`,
  );
  expect(print({ login: 'remediate', classes: ['sentinel'] }).line).toContain('+sentinel|failover');
});

test.each([
  ['purge', 'No action of this version is of the class "purge"'],
  ['conf', 'There are: cfg, repl, key, sentinel, and all'],
])('the class %s', (name, want) => {
  expect(() => print({ login: 'remediate', classes: [name] })).toThrow(want);
});
