import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALEX, INCIDENTS_CHANNEL, OLLI, RILEY, SAM } from '../../demo/cast.ts';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { keyOf } from '../../demo/workspace/hands.ts';
import type { Message, View } from '../../demo/workspace/model.ts';
import { SlackUserId, TargetName } from '../../src/domain/ids.ts';
import type { Proposal } from '../../src/domain/proposal.ts';
import { vote } from '../../src/flow/decide.ts';
import { diagnoseIncident } from '../../src/flow/diagnose-incident.ts';
import { proposeByHand } from '../../src/flow/propose-by-hand.ts';
import { executeRun } from '../../src/flow/run/execute.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { lintView } from '../../src/slack/blocks/lint.ts';
import { plainTarget } from '../support/target.ts';
import { type House, openHouse } from './house.ts';

const LIMIT = `title: Set the limit
summary: For when somebody knows how much it should be.
when: [memory-near-maxmemory]
parameters:
  limit:
    type: size
    label: New limit
    help: On every server of the group.
    default: memory.maxmemory * 2
    min: memory.maxmemory + 1
    max: memory.maxmemory * 4
steps:
  - action: raise-maxmemory
    with: { bytes: $limit }
settled: { within_s: 1, hold: [memory.used_memory < memory.maxmemory] }
`;
const POLICY = `title: Choose the policy
summary: For when somebody knows which one it should be.
when: [oom-noeviction-writes-rejected]
parameters:
  policy: { type: choice, label: Policy, values: [allkeys-lru, allkeys-lfu], default: allkeys-lfu }
steps:
  - action: change-policy
    with: { policy: $policy }
settled: { within_s: 1 }
`;
const SAM_ID = SlackUserId.parse(SAM);
const NAME = TargetName.parse('prod-cache');

let folder: string;
let server: RedisServer;
let house: House;

/** A small server that is well, a workspace, and playbooks with values. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medic-run-'));
  await writeFile(join(folder, 'set-limit.yml'), LIMIT);
  await writeFile(join(folder, 'choose-policy.yml'), POLICY);
  server = await startRedis({ args: ['--maxmemory', '20mb', '--maxmemory-policy', 'noeviction'] });
  for (let at = 0; at < 130; at += 1) await server.send('SET', `k:${at}`, 'x'.repeat(100_000));
  const units = await loadShelves();
  house = await openHouse({
    ports: {
      servers: openServers(units.probes),
      shelves: { ...units, playbooks: await loadPlaybooks(units, undefined, folder) },
      targets: new Map([
        [NAME, plainTarget({ name: NAME, seeds: [server], purpose: 'cache', memoryLimitBytes: 1024 ** 3 })],
      ]),
      windowSeconds: 0.2,
    },
  });
});

afterAll(async () => {
  await house.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function slash(text: string, user = RILEY): Promise<string> {
  const delivery = await house.workspace.slash({ user, channel: INCIDENTS_CHANNEL, text });
  expect(delivery.error).toBeNull();
  expect(delivery.ms).toBeLessThan(3000);
  return (delivery.body as { text: string }).text;
}

/** What the dialog of a person shows once it has this. */
function dialog(user: string, has: string): Promise<View> {
  return house.workspace.waitFor(
    () => house.workspace.views(user).find((view) => JSON.stringify(view.content).includes(has)),
    { what: `a dialog with ${has}` },
  );
}

async function proposals(): Promise<Proposal[]> {
  return house.ports.store.transaction(async (tx) => {
    const incident = await tx.openIncidentOf(NAME);
    return incident ? tx.proposalsOf(incident.id) : [];
  });
}

const newest = async () => (await proposals()).at(-1) as Proposal;

async function audit(): Promise<string[]> {
  const events = await house.ports.store.transaction((tx) => tx.auditEvents({ after: 0, limit: 500 }));
  return events.map(({ kind, actor, proposal }) => `${kind} ${proposal ?? ''} ${actor}`);
}

function card(proposal: Proposal): Promise<Message> {
  return house.workspace.waitFor(
    () =>
      house.workspace
        .messages(INCIDENTS_CHANNEL)
        .flatMap((root) => house.workspace.thread(root.ts))
        .find((message) => keyOf(message) === `${proposal.id}/card`),
    { what: 'the card' },
  );
}

const click = async (user: string, proposal: Proposal, verb: string) =>
  house.workspace.click({ user, messageTs: (await card(proposal)).ts, actionId: `rm:v1:${verb}` });

describe('/redis run', () => {
  test.each([
    ['run', 'Nothing is found now. `/redis diagnose &lt;target&gt;` says what fits.'],
    ['run set-limt prod-cache', 'There is no playbook "set-limt". Did you mean set-limit?'],
    ['run split', '• `resolve-split-brain` End the split brain · disruptive or destructive'],
    ['run memory', '• `raise-maxmemory` Raise maxmemory · reversible'],
    ['run set-limit', 'Which target? Known targets: prod-cache.'],
    ['run set-limit prod-cahce', 'Did you mean `/redis run set-limit prod-cache`?'],
    ['run unblock-writes prod-cache', 'cannot be proposed on'],
    ['run bgsave prod-cache 10.0.0.1:1', 'Nothing was proposed: there is no server 10.0.0.1:1 in prod-cache'],
  ])('/redis %s says what is wrong, and proposes nothing', async (text, expected) => {
    expect(await slash(text)).toContain(expected);
    expect(await proposals()).toEqual([]);
  });

  test('every group fits into one message', async () => {
    const groups = (await slash('run')).matchAll(/`\/redis run (\w+)` \(/g);
    for (const [, group] of groups) {
      expect(await slash(`run ${group}`)).not.toMatch(/…$/);
    }
  });

  test('a dialog asks for the values, computed and within their bounds; what is wrong is told at its field', async () => {
    expect(await slash('run set-limit prod-cache')).toContain('Choose the values in the dialog');
    const view = await dialog(RILEY, 'New limit');
    expect(lintView(view.content)).toEqual([]);
    const shown = JSON.stringify(view.content);
    expect(shown).toContain('"initial_value":"40mb"');
    expect(shown).toContain('On every server of the group.; between 20 MiB and 80 MiB; such as 512mb or 4gb');
    const submit = (limit: string) =>
      house.workspace.submitView({ viewId: view.id, user: RILEY, values: { 'value-limit': limit } });
    expect((await submit('much')).errors).toEqual({ 'value-limit': 'expected a size such as 512mb or 4gb' });
    expect((await submit('1gb')).errors).toEqual({ 'value-limit': 'must be between 20 MiB and 80 MiB' });
    expect(await proposals()).toEqual([]);
    expect((await submit('64mb')).errors).toEqual({});
    await dialog(RILEY, 'Set the limit: proposed in the thread of prod-cache');
  });

  test('a value that cannot be planned is told at its field, and the dialog stays with what was typed', async () => {
    expect(await slash('run raise-maxclients prod-cache')).toContain('Choose the values in the dialog');
    const view = await dialog(RILEY, 'New maxclients');
    expect(lintView(view.content)).toEqual([]);
    expect(JSON.stringify(view.content)).toMatch(
      /It is not planned without a value of yours: .*that is not too many\./,
    );
    const submit = async (count: string) => {
      const values = { 'value-count': count };
      return (await house.workspace.submitView({ viewId: view.id, user: RILEY, values })).errors['value-count'];
    };
    expect(await submit('2000000')).toMatch(/^must be between \d+ and 1000000$/);
    expect(await submit('')).toMatch(/^Allow more connections cannot be proposed on .*that is not too many\.$/);
    expect((await proposals()).map(({ playbook }) => playbook)).not.toContain('raise-maxclients');
    await house.workspace.closeView({ viewId: view.id, user: RILEY });
  });

  test('the thread shows the plan, with who asked and no finding; the servers are untouched', async () => {
    const proposal = await newest();
    expect(proposal).toMatchObject({
      playbook: 'set-limit',
      requestedBy: RILEY,
      byHand: true,
      findings: [],
      risk: 'reversible',
      parameters: [{ name: 'limit', type: 'size', value: 64 * 1024 ** 2 }],
      state: 'open',
    });
    const text = JSON.stringify((await card(proposal)).blocks);
    expect(text).toContain('New limit: ');
    expect(text).toContain('64 MiB');
    expect(text).toContain('CONFIG SET maxmemory 67108864');
    expect(text).toContain('Change values');
    expect(await server.send('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '20971520']);
  });

  test('what answers the findings of now comes first, with its risk; what was not possible last, with the reason', async () => {
    const { incident } = await newest();
    await house.ports.store.transaction(async (tx) => {
      const open = await tx.incident(incident);
      if (!open?.report) throw new Error('not diagnosed');
      const playbooks = ['evict-for-cache', 'set-limit'];
      const found = {
        id: 'memory-near-limit',
        node: '10.0.0.1:6379',
        severity: 'critical',
        explainedBy: null,
      } as const;
      const finding = { ...found, headline: 'Memory is full', evidence: [], more: '', explains: [], playbooks };
      const notOffered = [
        { playbook: 'evict-for-cache', finding: 'memory-near-limit', because: 'it is full of locks' },
      ];
      await tx.saveIncident({ ...open, report: { ...open.report, findings: [finding], notOffered } });
    });
    for (const asked of ['run', 'run Prod-Cache']) {
      expect(await slash(asked)).toContain(
        [
          '*Fits what is found on prod-cache*',
          '• `/redis run set-limit prod-cache` Set the limit · reversible',
          '• `/redis run evict-for-cache prod-cache` Let the cache evict · reversible or destructive · not when last looked: it is full of locks',
        ].join('\n'),
      );
    }
  });

  test('a healthy diagnosis takes neither the plan nor its thread away', async () => {
    const before = await newest();
    await diagnoseIncident(house.ports, before.incident);
    expect((await newest()).state).toBe('open');
    expect((await house.ports.store.transaction((tx) => tx.incident(before.incident)))?.state).toBe('open');
  });

  test('"Change values" makes a new plan in the place of the old one, in the name of who changed it', async () => {
    const before = await newest();
    await click(OLLI, before, 'change');
    const view = await dialog(OLLI, 'Change the values');
    expect(JSON.stringify(view.content)).toContain('"initial_value":"64mb"');
    await house.workspace.submitView({ viewId: view.id, user: OLLI, values: { 'value-limit': '48mb' } });
    await dialog(OLLI, 'Set the limit: proposed');
    const [old, changed] = [(await proposals()).at(-2), await newest()];
    expect(old).toMatchObject({ id: before.id, state: 'superseded', reason: `replaced by ${changed.id}` });
    expect(changed).toMatchObject({ requestedBy: OLLI, parameters: [{ value: 48 * 1024 ** 2 }], state: 'open' });
    expect(changed.digest).not.toBe(before.digest);
    expect(await audit()).toEqual(
      expect.arrayContaining([`superseded ${before.id} ${OLLI}`, `proposed ${changed.id} ${OLLI}`]),
    );
    const { id, digest } = before;
    const late = await vote(house.ports, {
      proposal: id,
      digest,
      by: SAM_ID,
      verdict: 'approve',
      reason: null,
      typed: null,
    });
    expect(late).toMatchObject({ kind: 'refused', because: 'decided' });
  });

  test('the same values again are the same plan', async () => {
    const before = await newest();
    await slash('run set-limit prod-cache');
    const view = await dialog(RILEY, 'New limit');
    await house.workspace.submitView({ viewId: view.id, user: RILEY, values: { 'value-limit': '48mb' } });
    await dialog(RILEY, 'this is proposed already');
    expect((await newest()).id).toBe(before.id);
  });

  test('approved by an approver, it runs as any other, with the chosen value', async () => {
    const proposal = await newest();
    await click(ALEX, proposal, 'approve');
    const run = await house.workspace.waitFor(() => house.queued.runs.at(-1), { what: 'a run' });
    await executeRun(house.ports, run);
    expect(await server.send('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '50331648']);
    expect((await house.ports.store.transaction((tx) => tx.run(run)))?.verdict).toBe('verified');
  });

  test('without values it is proposed at once; who asks for a disruptive or destructive plan cannot approve it', async () => {
    await slash('run choose-policy prod-cache', ALEX);
    const view = await dialog(ALEX, 'Policy');
    expect(JSON.stringify(view.content)).toContain(
      '"initial_option":{"text":{"type":"plain_text","text":"allkeys-lfu"',
    );
    await house.workspace.submitView({ viewId: view.id, user: ALEX, values: { 'value-policy': 'allkeys-lru' } });
    await dialog(ALEX, 'Choose the policy: proposed');
    const proposal = await newest();
    expect(proposal.steps[0]).toMatchObject({ args: { policy: 'allkeys-lru' } });
    expect(proposal.risk).toBe('destructive');
    await click(ALEX, proposal, 'review');
    const review = await dialog(ALEX, 'Review the plan');
    await house.workspace.submitView({ viewId: review.id, user: ALEX, values: { typed: NAME } });
    await dialog(ALEX, 'so somebody else has to approve it');
    expect((await newest()).state).toBe('open');

    expect(await slash('run bgsave prod-cache')).toMatch(
      /Take a snapshot now∗? ?.*is proposed in the thread|is proposed/,
    );
    expect(await newest()).toMatchObject({ playbook: 'bgsave', requestedBy: RILEY, byHand: true });
    expect(await slash('run bgsave prod-cache', SAM)).toContain('was proposed already');
  });

  test('a plan that somebody approved already is changed only by an approver, or by who asked for it', async () => {
    await slash('run choose-policy prod-cache', OLLI);
    const view = await dialog(OLLI, 'Policy');
    await house.workspace.submitView({ viewId: view.id, user: OLLI, values: { 'value-policy': 'allkeys-lru' } });
    await dialog(OLLI, 'Choose the policy');
    const plan = (await proposals()).findLast(
      ({ playbook, state }) => playbook === 'choose-policy' && state === 'open',
    );
    if (!plan) throw new Error('no plan');
    const { id, digest } = plan;
    const ballot = { proposal: id, digest, by: SAM_ID, verdict: 'approve', reason: null, typed: NAME } as const;
    expect(await vote(house.ports, ballot)).toEqual({ kind: 'counted', missing: 1 });
    const changed = (user: string) =>
      proposeByHand(house.ports, {
        playbook: 'choose-policy',
        target: NAME,
        by: SlackUserId.parse(user),
        values: { policy: 'allkeys-lfu' },
        instead: id,
      });
    const mel = await changed('U0STRANGER');
    expect(mel).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('Somebody has approved this plan'),
    });
    const sam = await changed(SAM);
    expect(sam).toMatchObject({ kind: 'proposed', isNew: true, proposal: { requestedBy: SAM } });
    expect(await changed(SAM)).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('is decided already'),
    });
  });

  test('a dialog that Slack does not open is said', async () => {
    house.workspace.faults({ method: 'views.open', kind: 'http_500', times: 5 });
    expect(await slash('run set-limit prod-cache')).toContain('Slack did not open the dialog in time');
    house.workspace.clearFaults();
  });
});
