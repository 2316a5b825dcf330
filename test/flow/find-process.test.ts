import { expect, test } from 'vitest';
import { ReplyError } from '../../src/domain/command.ts';
import type { Claim } from '../../src/domain/host-process.ts';
import { findProcess } from '../../src/flow/find-process.ts';
import type { HostSession } from '../../src/flow/ports.ts';

const claim: Claim = { pid: 812, port: 6379, uptimeSeconds: 1000, executable: '/usr/bin/redis-server' };

interface Running {
  name?: string;
  age: number;
  inside?: number;
}

/** A host that is up for 5000 s and runs these processes. */
function host(processes: Readonly<Record<number, Running>>, search?: string): HostSession {
  const fileOf = (pid: number, name: string): string | undefined => {
    const one = processes[pid];
    if (!one) return undefined;
    const files: Record<string, string> = {
      stat: `${pid} (${one.name ?? 'redis-server'}) S ${Array(18).fill(0).join(' ')} ${(5000 - one.age) * 100} 0`,
      status: `NSpid:\t${pid}${one.inside === undefined ? '' : `\t${one.inside}`}\n`,
      cmdline: `${one.name ?? 'redis-server'} *:6379\0`,
      cgroup: '0::/\n',
      'net/dev': 'eth0: 1\n',
    };
    return files[name];
  };
  return {
    ask: async (questions) =>
      questions.map(([program, path = '']) => {
        if (path === '/proc/uptime') return '5000.00 1.00\n';
        if (program === 'pgrep') return search ?? new ReplyError('pgrep failed');
        const [, pid, name = ''] = /^\/proc\/(\d+)\/(.*)$/.exec(path) ?? [];
        return fileOf(Number(pid), name) ?? new ReplyError(`no such file: ${path}`);
      }),
    close() {},
  };
}

test('the process that the server names is taken when it is the server', async () => {
  expect(await findProcess(host({ 812: { age: 1001 } }), claim)).toMatchObject({ pid: 812, cgroup: '0::/\n' });
});

test('a server in a container is found by its age among the servers of the host', async () => {
  const inContainer = { ...claim, pid: 1 };
  const processes = { 1: { name: 'systemd', age: 5000 }, 90: { age: 40, inside: 1 }, 91: { age: 1001, inside: 1 } };
  expect(await findProcess(host(processes, '90\n91\n'), inContainer)).toMatchObject({ pid: 91 });
});

test.each<[string, HostSession, string]>([
  [
    'another program has its number',
    host({ 812: { name: 'nginx', age: 1001 } }),
    'no process of the host is this server, which calls itself process 812',
  ],
  ['nothing has its number', host({}, '90\n'), 'no process of the host is this server'],
  [
    'two fit',
    host({ 90: { age: 1000, inside: 812 }, 91: { age: 1002, inside: 812 } }, '90\n91\n'),
    '2 processes of the host could be this server: 90, 91',
  ],
  [
    'the host does not answer',
    { ask: async (questions) => questions.map(() => new ReplyError('no answer')), close() {} },
    'no answer',
  ],
])('when %s it is not guessed', async (_what, session, reason) => {
  await expect(findProcess(session, claim)).rejects.toThrow(reason);
});
