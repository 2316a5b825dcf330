import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findTool } from '../../deploy/unpacked.mjs';
import { type HostFacts, hostCommand } from '../../src/domain/host-blanks.ts';
import { HOST_COMMANDS } from '../../src/domain/host-command.ts';
import { quote } from '../../src/io/host/quote.ts';
import { logIn, type SshLogin } from '../../src/io/host/ssh.ts';
import { type Machine, NO_MACHINE, startMachine } from '../support/machine.ts';

const OWNER = 'medic-redis';
const FACTS: HostFacts = {
  unit: 'redis-server@main.service',
  data: '/var/lib/medic-redis',
  backups: '/var/backups/medic-redis',
  owner: OWNER,
  checker: '/usr/bin/redis-check-rdb',
  snapshot: 'dump.rdb',
  aof_folder: 'appendonlydir',
  aof_file: 'appendonly.aof',
};
const COMMANDS = HOST_COMMANDS.map((template): readonly string[] =>
  hostCommand(template, { ...FACTS, setting: 'vm.swappiness=60', stamp: '20261128-040506', mode: '0640' }),
);

/** The words before the program, the program, and what it is given. */
function partsOf(command: readonly string[]): { sudo: readonly string[]; program: string; words: readonly string[] } {
  const at = command[2] === '-u' ? 4 : 2;
  return { sudo: command.slice(0, at), program: command[at] ?? '', words: command.slice(at + 1) };
}

const SPOILT: readonly ((word: string) => string)[] = [
  (word) => `${word}x`,
  (word) => `${word}/../../../etc/shadow`,
  (word) => `${word.slice(0, -1)}*`,
  (word) => `${word.slice(0, -1)}?`,
  (word) => `${word} /etc/shadow`,
  (word) => `${word}\n/etc/shadow`,
  () => '',
];

/** What looks like a command that may be run and is another one. */
function nearMisses(command: readonly string[], nth: number): string[][] {
  const { sudo, program, words } = partsOf(command);
  const [path, quiet] = sudo;
  const asAnother = sudo.length > 2 ? [] : ['-u', OWNER];
  const misses = [
    [...sudo, program],
    [...sudo, program, ...words, '/etc/shadow'],
    [...sudo, program, ...words.slice(0, -1)],
    [...sudo, program, ...words.toReversed()],
    [...sudo, `/tmp${program}`, ...words],
    [...sudo, `${program}/../sh`, ...words],
    [...sudo, '/bin/sh', '-c', [program, ...words].join(' ')],
    [path ?? '', quiet ?? '', ...asAnother, program, ...words],
    [...sudo, '-g', 'root', program, ...words],
    [...sudo, '-D', '/etc', program, ...words],
    [...sudo, 'LD_PRELOAD=/tmp/x.so', program, ...words],
    ...words.map((word, at) => {
      const spoil = SPOILT[(nth + at) % SPOILT.length] ?? String;
      return [...sudo, program, ...words.with(at, spoil(word))];
    }),
  ];
  const allowed = new Set(COMMANDS.map((one) => one.join(' ')));
  return misses.filter((one) => !allowed.has(one.join(' ')));
}

test.runIf(NO_MACHINE !== undefined)(
  `visudo alone looks at the rules, as no machine can be made here: ${NO_MACHINE}`,
  () => {
    expect(findTool('sudo')).toBeDefined();
  },
);

describe.runIf(NO_MACHINE === undefined)(
  'the rules that redis-medic acl host prints, on a machine that was set up by it',
  () => {
    let machine: Machine;
    let login: SshLogin;
    beforeAll(async () => {
      const setUp = `useradd --system --home-dir ${FACTS.data} --create-home ${OWNER}; mkdir -p /var/backups`;
      machine = await startMachine({ facts: FACTS, setUp });
      login = await loggedIn(machine, 'remediate');
    });
    afterAll(async () => {
      login?.close();
      await machine?.stop();
    });

    /** What each command said, where it was not refused by sudo. */
    async function letThrough(commands: readonly (readonly string[])[]): Promise<string[]> {
      const lines = commands.map(
        (words, at) => `echo "${at} $(${words.map(quote).join(' ')} 2>&1 </dev/null | head -1)"`,
      );
      const { output } = await login.run(lines.join('\n'), 60_000);
      const said = output.trimEnd().split('\n');
      expect(said).toHaveLength(commands.length);
      const through = said.filter(
        (line) => !/^\d+ sudo: .*(?:a password is required|not (?:allowed|permitted))/.test(line),
      );
      return through.map((line) => `${commands[Number.parseInt(line, 10)]?.join(' ')}: ${line}`);
    }

    test('are sound for visudo', async () => {
      expect(await machine.asRoot('visudo -c -s -f /etc/sudoers.d/redis-medic')).toContain('parsed OK');
      expect(await machine.asRoot('stat -c "%a %U" /etc/sudoers.d/redis-medic')).toBe('440 root\n');
    });

    test('let every command through that redis-medic may send', async () => {
      const refused: string[] = [];
      for (const command of COMMANDS) {
        const [path, quiet, ...others] = command;
        const { status, output, errors } = await login.run(
          [path ?? '', quiet ?? '', '-l', ...others].map(quote).join(' '),
          30_000,
        );
        const { program, words } = partsOf(command);
        if (status !== 0 || output.trim() !== [program, ...words].join(' '))
          refused.push(`${command.join(' ')}: ${errors}${output}`);
      }
      expect(refused).toEqual([]);
    }, 60_000);

    test('let nothing through that only looks like one', async () => {
      for (const [at, command] of COMMANDS.entries()) expect(await letThrough(nearMisses(command, at))).toEqual([]);
    }, 120_000);

    test('open no shell, editor or list of files', async () => {
      const more = [
        ['-s'],
        ['-i'],
        ['-e', '/etc/sudoers'],
        ['/bin/sh'],
        ['/usr/bin/cat', '/etc/shadow'],
        ['-u', OWNER, '/bin/sh'],
      ];
      expect(await letThrough(more.map((words) => ['/usr/bin/sudo', '-n', ...words]))).toEqual([]);
    });

    test('give the login that looks nothing at all', async () => {
      const looking = await loggedIn(machine, 'look');
      const said = await Promise.all(
        COMMANDS.slice(0, 4).map((words) => looking.run(words.map(quote).join(' '), 30_000)),
      );
      looking.close();
      expect(said.map(({ status, errors }) => `${status} ${errors.trim()}`)).toEqual(
        said.map(() => '1 sudo: a password is required'),
      );
    });
  },
);

async function loggedIn({ access }: Machine, as: 'look' | 'remediate'): Promise<SshLogin> {
  const login = await logIn(as === 'look' ? access : { ...access, ...access.remediate }, '127.0.0.1');
  if (typeof login === 'string') throw new Error(login);
  return login;
}
