import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ReplyError } from '../../../src/domain/command.ts';
import { hostCommand } from '../../../src/domain/host-blanks.ts';
import { forget, RESTORE_TEMPLATES, setSetting } from '../../../src/domain/host-command.ts';
import { keptIn } from '../../../src/domain/kernel-settings.ts';
import type { HostAccess } from '../../../src/domain/target.ts';
import type { HostWriter } from '../../../src/flow/ports.ts';
import { openHosts } from '../../../src/io/host/open-hosts.ts';
import { type SshServer, startSshd } from '../../support/sshd.ts';

const HOST = '127.0.0.1';
const STOP = hostCommand(RESTORE_TEMPLATES.stop, { unit: 'redis.service' });
let sshd: SshServer;
let folder = '';
beforeAll(async () => {
  sshd = await startSshd();
  folder = mkdtempSync(join(tmpdir(), 'redis-medic-writer-'));
  chmodSync(folder, 0o777);
}, 30_000);
afterAll(async () => {
  await sshd.stop();
  rmSync(folder, { recursive: true });
});

/** A program that stands in for sudo. */
function sudo(script: string): ReadonlyMap<string, string> {
  const path = join(folder, `sudo-${Math.random().toString(36).slice(2)}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return new Map([['/usr/bin/sudo', path]]);
}

function access(): HostAccess {
  const { user, key, passphrase = '', ...others } = sshd.access;
  return { ...others, user: 'somebody-else', key: 'another', remediate: { user, key, passphrase } };
}

async function writer(programs: ReadonlyMap<string, string>): Promise<HostWriter> {
  const opened = await openHosts(new Map(), programs).write(access(), HOST);
  if (opened.kind === 'refused') throw new Error(opened.detail);
  onTestFinished(() => opened.session.close());
  return opened.session;
}

test('the words arrive as they are, and the last lines of the answer come back', async () => {
  const host = await writer(sudo('for word; do printf "<%s>\\n" "$word"; done'));
  expect(await host.send(STOP)).toEqual({
    kind: 'answered',
    reply: '<-n> | </usr/bin/systemctl> | <stop> | <redis.service>',
  });
  const silent = await writer(sudo('true'));
  expect(await silent.send(STOP)).toEqual({ kind: 'answered', reply: 'done' });
});

test('the login for changes is used, not the one for looking', async () => {
  const host = await writer(sudo('id -un'));
  expect(await host.send(STOP)).toEqual({ kind: 'answered', reply: sshd.user });
});

test('a command that fails is an answer, with its status and what it said', async () => {
  const host = await writer(sudo('echo first; echo "Unit redis.service not loaded." >&2; exit 5'));
  expect(await host.send(STOP)).toEqual({
    kind: 'answered',
    reply: new ReplyError('exit status 5: Unit redis.service not loaded.'),
  });
});

test('where sudo does not let us, it is told what to do', async () => {
  const host = await writer(sudo('echo "sudo: a password is required" >&2; exit 1'));
  const sent = await host.send(STOP);
  expect(sent.kind === 'answered' && sent.reply instanceof ReplyError ? sent.reply.message : '').toBe(
    'exit status 1: sudo: a password is required; the rules that redis-medic acl host prints may be missing on this host',
  );
});

test('a program that is not there is an answer: nothing was done', async () => {
  const host = await writer(new Map([['/usr/bin/sudo', '/no/such/program']]));
  const sent = await host.send(STOP);
  expect(sent).toMatchObject({ kind: 'answered', reply: { message: expect.stringContaining('exit status 127') } });
});

test('a connection that breaks while a command runs leaves it unknown, and one that broke before sends nothing', async () => {
  const mark = join(folder, 'ended');
  const host = await writer(sudo(`echo begun > ${mark}; sleep 1; echo ended > ${mark}`));
  const sending = host.send(STOP);
  for (let tries = 200; tries > 0; tries -= 1) {
    try {
      if (readFileSync(mark, 'utf8') === 'begun\n') break;
    } catch {}
    await sleep(20);
  }
  host.close();
  expect(await sending).toMatchObject({ kind: 'unknown', why: expect.stringMatching(/lost|broke/) });
  expect(await host.send(STOP)).toMatchObject({ kind: 'not-sent' });
});

const RECEIVE = hostCommand(RESTORE_TEMPLATES.receive, { owner: 'redis', data: '/var/lib/redis' });
const MIB = 1024 * 1024;

async function* pieces(count: number, bytes = Buffer.alloc(MIB, 'abcdefg\0')) {
  for (let at = 0; at < count; at += 1) yield bytes;
}

test('what a command reads arrives to the last byte, piece by piece', async () => {
  const host = await writer(sudo('sha256sum'));
  const digest = createHash('sha256');
  for await (const piece of pieces(24)) digest.update(piece);
  expect(await host.send(RECEIVE, pieces(24))).toEqual({ kind: 'answered', reply: `${digest.digest('hex')}  -` });
}, 30_000);

test('a command that reads slowly is not overrun', async () => {
  const mark = join(folder, 'go');
  const host = await writer(sudo(`until [ -e ${mark} ]; do sleep 0.05; done; wc -c`));
  let taken = 0;
  async function* counted() {
    for await (const piece of pieces(32)) {
      taken += 1;
      yield piece;
    }
  }
  const sending = host.send(RECEIVE, counted());
  for (let before = -1; taken === 0 || taken !== before; ) {
    before = taken;
    await sleep(300);
  }
  expect(taken).toBeLessThan(16);
  writeFileSync(mark, '');
  expect(await sending).toEqual({ kind: 'answered', reply: String(32 * MIB) });
}, 30_000);

test('a command that ends before it has read all says why, and no more is asked for', async () => {
  const host = await writer(sudo('head -c 1000000 >/dev/null; echo "No space left on device" >&2; exit 1'));
  let ended = false;
  async function* endless() {
    try {
      for (;;) yield Buffer.alloc(MIB);
    } finally {
      ended = true;
    }
  }
  expect(await host.send(RECEIVE, endless())).toEqual({
    kind: 'answered',
    reply: new ReplyError('exit status 1: No space left on device'),
  });
  for (let left = 500; !ended && left > 0; left -= 1) await sleep(20);
  expect(ended).toBe(true);
}, 30_000);

test('where what is to be sent cannot be read, that is told, and the command is ended', async () => {
  const host = await writer(sudo('cat >/dev/null'));
  async function* broken() {
    yield Buffer.alloc(MIB);
    throw new Error('the bucket is gone');
  }
  expect(await host.send(RECEIVE, broken())).toEqual({ kind: 'unknown', why: 'the bucket is gone' });
  // The next command finds the connection as it was.
  expect(await host.send(RECEIVE, pieces(1))).toEqual({ kind: 'answered', reply: 'done' });
}, 30_000);

test('no other command reads what we send', async () => {
  const host = await writer(sudo('cat'));
  await expect(host.send(STOP, pieces(1))).rejects.toThrow('reads nothing of ours');
  expect(await host.send(STOP)).toEqual({ kind: 'answered', reply: 'done' });
});

test('what is made of no template is not sent', async () => {
  const host = await writer(sudo('true'));
  await expect(host.send(['/bin/sh', '-c', 'id'])).rejects.toThrow('no command for a host');
  await expect(host.send([...setSetting.slice(0, -1), 'kernel.core_pattern=x'] as never)).rejects.toThrow('no command');
  expect(await host.send(forget(keptIn('vm.swappiness')))).toEqual({ kind: 'answered', reply: 'done' });
});

test.each<[string, () => HostAccess, RegExp]>([
  ['with our own rights on this machine', () => ({ kind: 'local' }), /we change nothing with those/],
  ['without a login for it', () => sshd.access, /names no login that may change/],
  [
    'with a login that is refused',
    () => ({ ...sshd.access, remediate: { user: 'nobody-we-know', key: sshd.access.key, passphrase: 'open sesame' } }),
    /refuses the SSH key of nobody-we-know/,
  ],
])('nothing is changed %s', async (_how, given, reason) => {
  const opened = await openHosts(new Map()).write(given(), HOST);
  expect(opened).toMatchObject({ kind: 'refused', detail: expect.stringMatching(reason) });
});
