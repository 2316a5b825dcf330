import { expect, test } from 'vitest';
import { type Checked, configCheck } from '../../src/cli/config-check.ts';
import { readConfig } from '../../src/config.ts';
import { problem } from '../../src/domain/problem.ts';

async function check(read: () => Checked | Promise<Checked>) {
  const said = { out: '', err: '' };
  const status = await configCheck(read, {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return { status, ...said };
}

test('a good configuration is shown as it was understood, without secrets', async () => {
  const text = 'targets: {prod: {url: "redis://:hunter2@h", purpose: cache}}\n';
  const env = { ALERTMANAGER_TOKEN: 'hook-secret' };
  const said = await check(() =>
    readConfig({ file: 'medic.yml', text, env, readFile: () => '', sources: ['alertmanager'] }),
  );
  expect(said).toEqual({
    status: 0,
    err: '',
    out: `The configuration is fine.
Targets:
  prod: replication, cache, production, h:6379
Slack: not configured (not set: SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN for Socket Mode), slack.channel in medic.yml)
Webhooks: /hooks/alertmanager
Warning: No approvers are named, so nobody can approve a proposal.
`,
  });
});

test('mistakes are status 1 on standard error', async () => {
  const said = await check(() => {
    throw problem('config-invalid', ['medic.yml:1:1: wrong']);
  });
  expect(said).toEqual({ status: 1, out: '', err: 'The configuration has a mistake:\nmedic.yml:1:1: wrong\n' });
});

test('a missing file is not a mistake in it', async () => {
  const missing = check(() =>
    readConfig({ file: 'medic.yml', text: undefined, env: {}, readFile: () => '', sources: [] }),
  );
  await expect(missing).rejects.toThrow('There is no medic.yml');
});

test("a mistake in a playbook of one's own is one of the configuration", async () => {
  const said = await check(async () => {
    throw problem('playbook-invalid', ['ours/fix.yml:1:1: wrong']);
  });
  expect(said).toEqual({ status: 1, out: '', err: 'The playbooks have mistakes:\nours/fix.yml:1:1: wrong\n' });
});
