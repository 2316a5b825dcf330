import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

interface System {
  look: {
    onPath(name: string): boolean;
    named(variable: string): boolean;
    debianPostgres(): boolean;
    unpacked(name: string): boolean;
  };
  packagesFresh(): boolean;
  isRoot(): boolean;
  sudoWithoutPassword(): boolean;
  bundledNode(): boolean;
  fetchEngines(): string[];
  fetchTool(name: string): void;
  platform: string;
  nodeMajor: number;
  run(program: string, words: string[]): boolean;
  say(text: string): void;
}

const SCRIPT = new URL('../../deploy/setup.mjs', import.meta.url);
const { setup, realSystem } = (await import(SCRIPT.href)) as {
  setup: (purpose: string, system: System) => number;
  realSystem: (root: string) => System;
};

const ALL = ['redis-server', 'initdb', 'chromium', 'unpacked sshd', 'unpacked sudo'];

/** A machine with these programs; apt brings what it is asked for. */
function machine(programs: string[], options: Partial<System> = {}) {
  const present = new Set(programs);
  const ran: string[] = [];
  const said: string[] = [];
  const fetched: string[] = [];
  const brings: Record<string, string> = {
    'redis-tools': 'redis-check-rdb',
    postgresql: 'initdb',
    chromium: 'chromium',
  };
  const system: System = {
    look: {
      onPath: (name) => present.has(name),
      named: () => false,
      debianPostgres: () => false,
      unpacked: (name) => present.has(`unpacked ${name}`),
    },
    packagesFresh: () => true,
    isRoot: () => true,
    sudoWithoutPassword: () => false,
    bundledNode: () => true,
    fetchEngines: () => {
      fetched.push('engines');
      return [];
    },
    fetchTool: (name) => {
      fetched.push(name);
      present.add(`unpacked ${name}`);
    },
    platform: 'linux',
    nodeMajor: 20,
    run: (program, words) => {
      ran.push([program, ...words].join(' '));
      if (words.includes('install')) for (const word of words) present.add(brings[word] ?? '');
      return true;
    },
    say: (text) => said.push(text),
    ...options,
  };
  return { system, ran, said, fetched };
}

test.each(['setup', 'start', 'demo', 'test'])('%s does nothing when all is there', (purpose) => {
  const { system, ran, said } = machine(ALL);
  expect(setup(purpose, system)).toBe(0);
  expect([...ran, ...said]).toEqual([]);
});

test('npm packages are installed when they are missing or old, and a failure stops', () => {
  const fresh = machine(ALL, { packagesFresh: () => false });
  expect(setup('start', fresh.system)).toBe(0);
  expect(fresh.ran).toEqual(['npm ci --no-audit --no-fund']);
  expect(setup('start', machine(ALL, { packagesFresh: () => false, run: () => false }).system)).toBe(1);
});

test('the demo needs a Redis server, which apt brings without starting a service', () => {
  const { system, ran } = machine(['apt-get']);
  expect(setup('demo', system)).toBe(0);
  expect(ran).toEqual([
    'env DEBIAN_FRONTEND=noninteractive apt-get -qq update',
    'env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends redis-tools',
  ]);
});

test('PostgreSQL is installed without a cluster of its own', () => {
  const { system, ran } = machine(['apt-get', 'redis-server'], {
    isRoot: () => false,
    sudoWithoutPassword: () => true,
  });
  expect(setup('test', system)).toBe(0);
  expect(ran.every((line) => line.startsWith('sudo -n '))).toBe(true);
  const at = (part: string) => ran.findIndex((line) => line.includes(part));
  expect(at('update')).toBeLessThan(at('install -y --no-install-recommends postgresql-common'));
  expect(at('create_main_cluster = false')).toBeLessThan(at('install -y --no-install-recommends postgresql chromium'));
  expect(at('rm -f')).toBe(ran.length - 1);
});

test.each([
  ['linux', ['apt-get', 'sudo'], 'sudo apt-get update && sudo apt-get install redis-tools chromium'],
  ['linux', ['apt-get'], 'su -c "apt-get update && apt-get install redis-tools chromium"'],
  ['linux', ['dnf'], 'sudo dnf install valkey chromium'],
  ['darwin', ['brew'], 'brew install redis chromium'],
  ['linux', [], 'brew install redis chromium'],
])('where it may not install (%s, %j) it names what is missing and one command', (platform, programs, command) => {
  const { system, ran, said } = machine([...programs, 'initdb', 'unpacked sshd', 'unpacked sudo'], {
    platform,
    isRoot: () => false,
  });
  expect(setup('test', system)).toBe(1);
  expect(ran).toEqual([]);
  expect(said.join('\n')).toMatch(
    /^Missing: a Redis server .*\nMissing: Chromium.*\nInstall them and run this again:\n {2}/,
  );
  expect(said.join('\n').split('\n').slice(3)).toContain(`  ${command}`);
});

test('an old Node without a bundled 24 is named', () => {
  const { system, said } = machine(ALL, { bundledNode: () => false, platform: 'darwin' });
  expect(setup('start', system)).toBe(1);
  expect(said.join('\n')).toContain('Node 24 is needed and this is Node 20');
  expect(setup('start', machine(ALL, { bundledNode: () => false, nodeMajor: 26 }).system)).toBe(0);
});

test('the Node that npm brought is used although npm made no link to it', () => {
  const root = mkdtempSync(join(tmpdir(), 'redis-medic-setup-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const brought = join(root, `node_modules/node-linux-${process.arch}/bin`);
  const links = join(root, 'node_modules/.bin');
  for (const folder of [brought, links]) mkdirSync(folder, { recursive: true });
  expect(realSystem(root).bundledNode()).toBe(false);
  writeFileSync(join(brought, 'node'), '', { mode: 0o755 });
  symlinkSync('nowhere', join(links, 'node'));
  expect(realSystem(root).bundledNode()).toBe(true);
  expect(realpathSync(join(links, 'node'))).toBe(realpathSync(join(brought, 'node')));
  expect(realSystem(root).bundledNode()).toBe(true);
});

test('another purpose is wrong usage', () => {
  expect(setup('dmeo', machine(ALL).system)).toBe(64);
});

test('the script runs on this checkout', () => {
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT.pathname, 'start'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test.each(['sshd', 'sudo'])('%s is only unpacked, as its package would change this machine', (name) => {
  const { system, ran, fetched } = machine(['apt-get', ...ALL.filter((one) => one !== `unpacked ${name}`)]);
  expect(setup('test', system)).toBe(0);
  expect({ ran, fetched }).toEqual({ ran: [], fetched: [name, 'engines'] });
});

test('the tests fetch more engines once all else is there, and nothing else does', () => {
  const whole = machine(ALL);
  for (const purpose of ['setup', 'start', 'demo']) setup(purpose, whole.system);
  expect(whole.fetched).toEqual([]);
  expect(setup('test', whole.system)).toBe(0);
  expect(whole.fetched).toEqual(['engines']);
  const bare = machine([], { isRoot: () => false });
  expect(setup('test', bare.system)).toBe(1);
  expect(bare.fetched).toEqual([]);
});
