import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findTool } from '../../deploy/unpacked.mjs';
import { type AclHostAsk, aclHostCommand } from '../../src/cli/acl-host.ts';
import { HOST_COMMANDS } from '../../src/domain/host-command.ts';
import { toolFiles } from '../../src/domain/kernel-settings.ts';
import { loadShelves } from '../../src/io/shelves.ts';

const { probes } = await loadShelves();

const FACTS = {
  unit: 'redis-server.service',
  data: '/var/lib/redis',
  backups: '/var/backups/redis',
  owner: 'redis',
  checker: '/usr/bin/redis-check-rdb',
  snapshot: 'dump.rdb',
  aof_folder: 'appendonlydir',
  aof_file: 'appendonly.aof',
};

function print(facts: AclHostAsk['facts'] = FACTS) {
  const said = { out: '', err: '' };
  const output = {
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
  };
  expect(aclHostCommand(probes, { reader: 'medic-ssh', user: 'medic-host', facts }, output)).toBe(0);
  return { ...said, rules: said.out.split('\n').filter((line) => line.startsWith('medic-host ALL=')) };
}

/** The rule of sudo as a regular expression over the words of a command, as fnmatch takes it. */
function matcher(rule: string): RegExp {
  const [, as = '', pattern = ''] = /^medic-host ALL=\((\S+)\) NOPASSWD: (.*)$/.exec(rule) ?? [];
  const words = pattern
    .replaceAll(/\\([\\,:=])/g, '$1')
    .replaceAll(/\[[^\]]+\]|[.*+?^${}()|\\]/g, (part) => (part.startsWith('[') ? part : `\\${part}`));
  return new RegExp(`^${as} ${words}$`);
}

test('every command that may be run is let through by a rule, and no rule lets through anything open', () => {
  const { rules } = print();
  const matchers = rules.map(matcher);
  const values: Record<string, string> = {
    ...FACTS,
    setting: 'vm.swappiness=60',
    stamp: '20261128-040506',
    mode: '0640',
  };
  const commands = HOST_COMMANDS.map((template) =>
    template.map((word) => word.replaceAll(/\{([a-z_]+)\}/g, (_whole, blank: string) => values[blank] ?? '')),
  );
  const through = commands.map(([, , ...words]) => {
    const line = words[0] === '-u' ? words.slice(1).join(' ') : `root ${words.join(' ')}`;
    return `${matchers.filter((one) => one.test(line)).length} for ${line}`;
  });
  expect(through.filter((line) => !line.startsWith('1 for '))).toEqual([]);
  // Digits at most: what matches many characters would match further words as well.
  expect(rules.filter((rule) => /[*?!]|\[(?!0-9\]|0-2\]|1-9\])/.test(rule))).toEqual([]);
  expect(rules.filter((rule) => /NOPASSWD: (?!\/)/.test(rule))).toEqual([]);
});

test('the files that are copied are made, and nothing else is', () => {
  const { out } = print();
  for (const [path, text] of toolFiles()) expect(out).toContain(`echo '${text}' > ${path}\n`);
  expect(out).toContain('useradd --create-home --groups systemd-journal,redis medic-ssh\n');
  expect(out).toContain('install -d -m 2750 -o medic-host -g redis /var/backups/redis\n');
});

test('reading needs no rule of sudo, and its programs are told', () => {
  const { out, rules } = print();
  expect(rules.filter((rule) => rule.includes('medic-ssh'))).toEqual([]);
  expect(out).toMatch(/# medic-ssh looks.*: dmesg, dpkg-query, head, journalctl, .*systemctl, tail.*\.\n/);
});

test('without the server to restore there are the kernel settings alone', () => {
  const { rules, err, out } = print({ owner: 'redis' });
  expect(rules.filter((rule) => rule.includes('systemctl') || rule.includes('(redis)'))).toEqual([]);
  expect(rules.length).toBeGreaterThan(20);
  expect(err).toContain('Without --unit, --data, --checker,');
  expect(out).not.toContain('/var/backups');
});

test('without a folder of backups only what redis-medic sends can be restored', () => {
  const { backups: _none, ...others } = FACTS;
  const { rules, err } = print(others);
  expect(rules.filter((rule) => rule.includes('/usr/bin/dd of'))).toHaveLength(1);
  expect(rules.filter((rule) => rule.includes('restore.rdb'))).toEqual([]);
  expect(
    print()
      .rules.filter((rule) => !rules.includes(rule))
      .every((rule) => rule.includes('restore.rdb')),
  ).toBe(true);
  expect(err).toContain('no file that a person puts there');
});

test.each<AclHostAsk['facts']>([
  { ...FACTS, data: '/var/lib/redis *' },
  { ...FACTS, data: '/etc' },
  { ...FACTS, unit: 'redis' },
  { ...FACTS, snapshot: '../dump.rdb' },
  { ...FACTS, checker: '/bin/sh' },
])('a fact that would make a rule too wide is refused', (facts) => {
  expect(() => print(facts)).toThrow('in a rule of sudo');
});

test('what it prints is a script that a shell can read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'redis-medic-acl-host-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'script'), print().out);
  expect(spawnSync('sh', ['-n', join(folder, 'script')], { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

test.runIf(findTool('sudo'))('its rules are sound for visudo, whoever runs it', () => {
  const { path = '', root = '' } = findTool('sudo') ?? {};
  const visudo = join(dirname(dirname(path)), 'sbin/visudo');
  const folder = mkdtempSync(join(tmpdir(), 'redis-medic-visudo-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const check = (lines: readonly string[]) => {
    writeFileSync(join(folder, 'rules'), `${lines.join('\n')}\n`, { mode: 0o440 });
    const env = { LD_LIBRARY_PATH: join(root, 'usr/libexec/sudo') };
    const { status, stdout, stderr } = spawnSync(visudo, ['-csf', join(folder, 'rules')], { encoding: 'utf8', env });
    rmSync(join(folder, 'rules'));
    return `${status} ${(stdout + stderr).split(': ').at(-1)?.trim()}`;
  };
  const { rules } = print();
  expect(check(rules)).toBe('0 parsed OK');
  expect(check([...rules, 'medic-host ALL=(root) NOPASSWD: /usr/bin/systemctl stop one,other'])).toMatch(/^1 /);
});
