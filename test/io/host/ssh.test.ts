import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../demo/redis-server.ts';
import { ReplyError } from '../../../src/domain/command.ts';
import { logIn, type SshLogin } from '../../../src/io/host/ssh.ts';
import { type SshAccess, type SshServer, startSshd } from '../../support/sshd.ts';

const HOST = '127.0.0.1';
let sshd: SshServer;
beforeAll(async () => {
  sshd = await startSshd();
}, 30_000);
afterAll(() => sshd.stop());

async function open(access: SshAccess = sshd.access): Promise<SshLogin> {
  const login = await logIn(access, HOST);
  if (typeof login === 'string') throw new Error(login);
  onTestFinished(() => login.close());
  return login;
}

test('a host that shows the key that we know is asked, each question with its answer', async () => {
  const login = await open();
  const questions = [
    ['read', '/proc/uptime'],
    ['read', '/no/such'],
    ['printf', '%s', "$HOME `id` it's"],
    ['id', '-un'],
  ] as const;
  expect(await login.ask(questions, 2000)).toEqual([
    expect.stringMatching(/^\d+\.\d+ /),
    new ReplyError('no such file: /no/such'),
    "$HOME `id` it's",
    `${sshd.user}\n`,
  ]);
});

test('an account may see less than root does, and what it may not is told', async () => {
  const login = await open();
  expect(await login.ask([['read', '/etc/shadow']], 2000)).toEqual([new ReplyError('permission denied: /etc/shadow')]);
});

test('a question that hangs is late with those behind it, what came before stands, and nothing is left running', async () => {
  const login = await open();
  const began = performance.now();
  const answers = await login.ask(
    [
      ['id', '-un'],
      ['sleep', '31.4159'],
      ['id', '-un'],
    ],
    400,
  );
  expect(performance.now() - began).toBeLessThan(1500);
  const late = new ReplyError('no answer of the host within 0.4 s');
  expect(answers).toEqual([`${sshd.user}\n`, late, late]);
  const left = () => spawnSync('pgrep', ['-f', '^sleep 31.4159$']).status === 0;
  for (let tries = 100; tries > 0 && left(); tries -= 1) await sleep(20);
  expect(left()).toBe(false);
  // The session goes on.
  expect(await login.ask([['id', '-un']], 2000)).toEqual([`${sshd.user}\n`]);
});

test('an answer without an end is cut off', async () => {
  const login = await open();
  const [answer] = await login.ask([['yes']], 2000);
  expect(answer).toEqual(new ReplyError('the answer is too long'));
});

test('a session that is closed answers with a reason', async () => {
  const login = await open();
  login.close();
  await sleep(100);
  const [answer] = await login.ask([['id']], 2000);
  expect(answer).toEqual(expect.objectContaining({ message: expect.stringMatching(/connect|lost/i) }));
});

test.each<[string, () => Partial<SshAccess>, RegExp]>([
  [
    'another host key',
    () => ({ trusted: { keys: [sshd.strangerKey] } }),
    /host key of 127.0.0.1:\d+ is not the one that is known/,
  ],
  [
    'no host key',
    () => ({ trusted: { knownHosts: `other ${sshd.strangerKey}` } }),
    /no host key of 127.0.0.1:\d+ is known: .*ssh-keyscan -p/,
  ],
  ['another user', () => ({ user: 'nobody-we-know' }), /refuses the SSH key of nobody-we-know/],
  ['a wrong passphrase', () => ({ passphrase: 'wrong' }), /the SSH key cannot be used/],
  ['something that is no key', () => ({ key: 'no key' }), /the SSH key cannot be used: .*Unsupported key format/],
])('with %s there is no session', async (_what, different, reason) => {
  expect(await logIn({ ...sshd.access, ...different() }, HOST)).toMatch(reason);
});

test('a host key may be written down instead of a file', async () => {
  const { trusted } = sshd.access;
  const key = 'knownHosts' in trusted ? trusted.knownHosts.split(' ').slice(1).join(' ') : '';
  const login = await open({ ...sshd.access, trusted: { keys: [sshd.strangerKey, key] } });
  expect(await login.ask([['id', '-un']], 2000)).toEqual([`${sshd.user}\n`]);
});

/** A port with something else behind it, which is told to the client as a known host. */
async function stranger(port: number): Promise<string | SshLogin> {
  return logIn({ ...sshd.access, port, trusted: { keys: [sshd.strangerKey] } }, HOST);
}

test('a port that nobody listens on, and one that says something else, are told', async () => {
  expect(await stranger(await freePort())).toMatch(/SSH to 127.0.0.1:\d+ failed: .*ECONNREFUSED/);
  const server = createServer((socket) => socket.end('-ERR unknown command\r\n')).listen(0, HOST);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  expect(await stranger((server.address() as AddressInfo).port)).toMatch(
    /SSH to 127.0.0.1:\d+ failed|closed the connection/,
  );
});

test('a server that accepts and never speaks is given up in time', async () => {
  const server = createServer().listen(0, HOST);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const began = performance.now();
  expect(await stranger((server.address() as AddressInfo).port)).toMatch(/did not let us in within 5 s/);
  expect(performance.now() - began).toBeLessThan(7000);
});
