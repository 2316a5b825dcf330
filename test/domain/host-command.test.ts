import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitsHostTemplate, hostCommand, isHostFact } from '../../src/domain/host-blanks.ts';
import { forget, HOST_COMMANDS, RESTORE_TEMPLATES, setSetting } from '../../src/domain/host-command.ts';
import { keptIn } from '../../src/domain/kernel-settings.ts';

const FACTS = {
  owner: 'redis',
  data: '/var/lib/redis',
  backups: '/var/backups/redis',
  mode: '0640',
  stamp: '20261128-040506',
} as const;

const passes = (command: readonly string[]) => HOST_COMMANDS.some((template) => fitsHostTemplate(template, command));

test('a template that is filled in is a command that may be run', () => {
  const command = hostCommand(RESTORE_TEMPLATES.copy, FACTS);
  expect(command.join(' ')).toBe(
    '/usr/bin/sudo -n -u redis /usr/bin/install -m 0640 -T /var/backups/redis/restore.rdb /var/lib/redis/medic-incoming.part',
  );
  expect(passes(command)).toBe(true);
});

test.each<[string, readonly string[], boolean]>([
  ['a setting of the list', hostCommand(setSetting, { setting: 'vm.overcommit_memory=1' }), true],
  ['another setting', ['/usr/bin/sudo', '-n', '/usr/sbin/sysctl', '-w', 'kernel.core_pattern=|/tmp/x'], false],
  ['a value that is none', ['/usr/bin/sudo', '-n', '/usr/sbin/sysctl', '-w', 'vm.overcommit_memory=3'], false],
  ['a second setting', ['/usr/bin/sudo', '-n', '/usr/sbin/sysctl', '-w', 'vm.swappiness=1', 'vm.swappiness=2'], false],
  ['a file that is ours', forget(keptIn('vm.swappiness')), true],
  ['any other file', ['/usr/bin/sudo', '-n', '/usr/bin/rm', '-f', '/etc/passwd'], false],
  ['another program', ['/usr/bin/sudo', '-n', '/bin/sh', '-c', 'id'], false],
  ['a word less', ['/usr/bin/sudo', '-n', '/usr/bin/systemctl', 'stop'], false],
  ['a unit', ['/usr/bin/sudo', '-n', '/usr/bin/systemctl', 'stop', 'redis@a.service'], true],
  ['an option in place of a unit', ['/usr/bin/sudo', '-n', '/usr/bin/systemctl', 'stop', '--all.service'], false],
  ['what is no service', ['/usr/bin/sudo', '-n', '/usr/bin/systemctl', 'stop', 'sysinit.target'], false],
])('%s', (_what, command, allowed) => {
  expect(passes(command)).toBe(allowed);
});

test.each<[string, boolean]>([
  ['/var/lib/redis', true],
  ['/srv/redis-6380/data', true],
  ['/', false],
  ['/etc', false],
  ['/etc/redis', false],
  ['/usr/bin', false],
  ['/lib64/x', false],
  ['/var/lib/redis/../../../etc', false],
  ['var/lib/redis', false],
  ['/var/lib/re dis', false],
  ['/var/lib/*', false],
  ['/var/lib/[a]', false],
  ['/var/lib/$HOME', false],
])('%s as the folder of data: %s', (path, allowed) => {
  expect(isHostFact('data', path)).toBe(allowed);
});

describe('no argument breaks out of its word', () => {
  const awkward = fc.oneof(
    fc.string({ unit: fc.constantFrom(...Array.from(' \t\n\'"`$;&|<>(){}[]*?!#~\\/.-=:,0aé\0')) }),
    fc.string({ unit: 'grapheme' }),
  );
  /** Nothing that any shell, sudoers or a program's options give a meaning to. */
  const plain = /^[A-Za-z0-9_@%+=,.~/:\\][A-Za-z0-9_@%+=,.~/:\\-]*$/;

  test('whatever is put into a blank, it is refused or stays one plain word', () => {
    const words = HOST_COMMANDS.flatMap((template) => template.filter((word) => /\{[a-z_]+\}/.test(word)));
    fc.assert(
      fc.property(fc.constantFrom(...new Set(words)), awkward, (word, value) => {
        const given = word.replaceAll(/\{[a-z_]+\}/g, () => value);
        const isPlain = plain.test(given) && !given.split('/').includes('..');
        expect(isPlain || !fitsHostTemplate([word], [given])).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test('a command of other words than the template has is none', () => {
    fc.assert(
      fc.property(fc.constantFrom(...HOST_COMMANDS), fc.nat(), awkward, (template, at, word) => {
        const place = at % (template.length + 1);
        const longer = [...template.slice(0, place), word, ...template.slice(place)];
        expect(fitsHostTemplate(template, longer)).toBe(false);
      }),
    );
  });
});
