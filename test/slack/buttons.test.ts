import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ALEX, INCIDENTS_CHANNEL, OLLI, RILEY, SAM } from '../../demo/cast.ts';
import type { Message } from '../../demo/workspace/model.ts';
import { IncidentId, ProposalId, SlackUserId, TargetName } from '../../src/domain/ids.ts';
import { digestOf, type Proposal, ProposalBody } from '../../src/domain/proposal.ts';
import type { Run } from '../../src/domain/run.ts';
import { proposalOf } from '../support/proposal.ts';
import { type House, incidentOf, openHouse } from './house.ts';

let house: House;
let tests = 0;
let incident: IncidentId;

beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.stop());

beforeEach(() => {
  tests += 1;
  incident = IncidentId.parse(`inc_${String(tests).padStart(10, '0')}`);
});
afterEach(() => {
  house.queued.runs.length = 0;
});

/** Stores a proposal with a thread of its own and waits until its card is there. */
async function propose(different: Partial<Proposal> = {}): Promise<Proposal> {
  const target = TargetName.parse(`cache-${tests}`);
  const given = proposalOf({
    id: ProposalId.parse(`prp_${String(tests).padStart(10, '0')}`),
    incident,
    target,
    group: `group-${tests}`,
    requestedBy: SlackUserId.parse(RILEY),
    expiresAt: Date.now() + 600_000,
    ...different,
  });
  const proposal = { ...given, digest: digestOf(ProposalBody.parse(given)) };
  await house.ports.store.transaction(async (tx) => {
    await tx.addIncident(incidentOf({ id: incident, target }));
    await tx.addProposal(proposal);
    await house.ports.face.show(tx, incident);
  });
  house.ports.face.wake();
  await message(`${proposal.id}/card`);
  return proposal;
}

function find(key: string): Message | undefined {
  const all = house.workspace.messages(INCIDENTS_CHANNEL).flatMap((root) => house.workspace.thread(root.ts));
  return all.find((one) => (one.metadata?.event_payload as { key?: string } | undefined)?.key === key);
}

function message(key: string, containing = ''): Promise<Message> {
  return house.workspace.waitFor(
    () => {
      const found = find(key);
      return found && JSON.stringify(found).includes(containing) ? found : undefined;
    },
    { what: `${key} with ${containing}` },
  );
}

async function click(key: string, verb: string, user: string): Promise<void> {
  const delivery = await house.workspace.click({ user, actionId: `rm:v1:${verb}`, key });
  expect(delivery).toMatchObject({ status: 200, error: null });
}

/** What only this person was told in the thread. */
function told(user: string, sentence: string): Promise<Message> {
  return house.workspace.waitFor(
    () =>
      house.workspace
        .messages(INCIDENTS_CHANNEL)
        .flatMap((root) => [root, ...house.workspace.thread(root.ts)])
        .find((one) => one.ephemeralTo === user && one.text.includes(sentence)),
    { what: `${user} told "${sentence}"` },
  );
}

const stored = (id: ProposalId) => house.ports.store.transaction((tx) => tx.proposal(id));

async function openModal(user: string) {
  return house.workspace.waitFor(() => house.workspace.views(user).at(-1), { what: 'a modal' });
}

test('a reversible plan is approved with one click; the card loses its buttons and the run is queued', async () => {
  const proposal = await propose();
  const card = `${proposal.id}/card`;
  const before = JSON.stringify(await message(card));
  expect(before).toContain('10.0.0.1:6379> CONFIG SET maxmemory 200');
  expect(before).toContain('10.0.0.1:6379> CONFIG SET maxmemory 100');
  expect(before).toContain('"confirm"');
  await click(card, 'approve', ALEX);
  const after = await message(card, '✅ Approved');
  expect(JSON.stringify(after)).not.toContain('rm:v1');
  expect(JSON.stringify(after)).toContain(`"user_id":"${ALEX}"`);
  expect(house.queued.runs).toHaveLength(1);
  await message(`${house.queued.runs[0]}/progress`);
});

test('an outsider is told why not, and nothing changes', async () => {
  const proposal = await propose();
  await click(`${proposal.id}/card`, 'approve', OLLI);
  await told(OLLI, 'You are not an approver');
  expect((await stored(proposal.id))?.state).toBe('open');
  expect(house.queued.runs).toEqual([]);
});

test('a second click on an approved plan starts nothing more', async () => {
  const proposal = await propose();
  const value = JSON.stringify({ proposal: proposal.id, digest: proposal.digest });
  const card = `${proposal.id}/card`;
  await Promise.all([
    house.workspace.click({ user: ALEX, actionId: 'rm:v1:approve', key: card, value }),
    house.workspace.click({ user: SAM, actionId: 'rm:v1:approve', key: card, value }),
  ]);
  await expect.poll(() => house.queued.runs.length).toBe(1);
  await message(card, '✅ Approved');
  expect(house.queued.runs).toHaveLength(1);
});

test('a disruptive plan opens a modal with the plan; approving there runs it', async () => {
  const proposal = await propose({ risk: 'disruptive' });
  const card = `${proposal.id}/card`;
  expect(JSON.stringify(await message(card))).not.toContain('rm:v1:approve');
  await click(card, 'review', ALEX);
  const view = await openModal(ALEX);
  expect(JSON.stringify(view.content)).toContain('CONFIG SET maxmemory 200');
  expect(view.content.private_metadata).toBe(JSON.stringify({ proposal: proposal.id, digest: proposal.digest }));
  expect(await house.workspace.submitView({ viewId: view.id, user: ALEX })).toMatchObject({ errors: {} });
  expect(house.workspace.views(ALEX)).toEqual([]);
  await message(card, '✅ Approved');
  expect(house.queued.runs).toHaveLength(1);
});

test('the one who asked for a disruptive plan is refused in the modal', async () => {
  const proposal = await propose({ risk: 'disruptive', requestedBy: SlackUserId.parse(SAM) });
  await click(`${proposal.id}/card`, 'review', SAM);
  const view = await openModal(SAM);
  await house.workspace.submitView({ viewId: view.id, user: SAM });
  const answer = await openModal(SAM);
  expect(JSON.stringify(answer.content)).toContain('somebody else has to approve');
  await house.workspace.closeView({ viewId: answer.id, user: SAM });
  expect((await stored(proposal.id))?.state).toBe('open');
});

test('a destructive plan takes two people, who type the name', async () => {
  const proposal = await propose({ risk: 'destructive' });
  const card = `${proposal.id}/card`;
  await click(card, 'review', ALEX);
  const first = await openModal(ALEX);
  const wrong = await house.workspace.submitView({ viewId: first.id, user: ALEX, values: { typed: 'cache' } });
  expect(wrong.errors.typed).toContain(`exactly as it is: ${proposal.target}`);
  await house.workspace.submitView({ viewId: first.id, user: ALEX, values: { typed: ` ${proposal.target} ` } });
  await message(card, 'Still needed');
  expect(house.queued.runs).toEqual([]);
  await click(card, 'review', SAM);
  const second = await openModal(SAM);
  await house.workspace.submitView({ viewId: second.id, user: SAM, values: { typed: proposal.target } });
  await message(card, '✅ Approved');
  expect(house.queued.runs).toHaveLength(1);
});

test('denying asks why, and the thread says so', async () => {
  const proposal = await propose();
  const card = `${proposal.id}/card`;
  await click(card, 'deny', ALEX);
  const view = await openModal(ALEX);
  const empty = await house.workspace.submitView({ viewId: view.id, user: ALEX, values: { reason: '   ' } });
  expect(empty.errors.reason).toContain('Say why');
  await house.workspace.submitView({ viewId: view.id, user: ALEX, values: { reason: 'not <!here> now' } });
  const after = JSON.stringify(await message(card, '🚫 Denied'));
  expect(after).toContain('not <!here> now');
  expect(after).not.toContain('rm:v1');
});

test('a decided plan is not reviewed any more', async () => {
  const proposal = await propose({ risk: 'disruptive' });
  await house.ports.store.transaction((tx) =>
    tx.saveProposal({ ...proposal, state: 'expired', decidedAt: Date.now() }),
  );
  await click(`${proposal.id}/card`, 'review', ALEX);
  await told(ALEX, 'This proposal is expired already');
  expect(house.workspace.views(ALEX)).toEqual([]);
});

/** Approves, then ends the run with its command done and the given state. */
async function ranOnce(state: Run['state'], verdict: Run['verdict']) {
  const proposal = await propose();
  await click(`${proposal.id}/card`, 'approve', ALEX);
  await message(`${proposal.id}/card`, '✅ Approved');
  const id = house.queued.runs[0];
  await house.ports.store.transaction(async (tx) => {
    const run = id && (await tx.run(id));
    if (!run) throw new Error('no run');
    const now = Date.now();
    for (const step of await tx.stepsOf(run.id)) {
      await tx.saveStep({ ...step, state: 'done', reply: 'OK', startedAt: now, endedAt: now });
    }
    await tx.saveRun({ ...run, state, verdict, startedAt: now - 1200, endedAt: now });
    await house.ports.face.show(tx, incident);
  });
  house.ports.face.wake();
  return id;
}

test('a finished run tells what changed and offers the way back', async () => {
  const run = await ranOnce('finished', 'verified');
  const outcome = JSON.stringify(await message(`${run}/outcome`));
  expect(outcome).toContain('✅ Verified: Raise maxmemory');
  expect(outcome).toMatch(/"before".*"after".*memory-config\.maxmemory.*"100".*"200"/);
  expect(outcome).toContain(`"user_id":"${ALEX}"`);
  expect(outcome).toContain('1.2 s');
  expect(JSON.stringify(await message(`${run}/progress`, 'complete'))).not.toContain('rm:v1:cancel');
  await click(`${run}/outcome`, 'undo', ALEX);
  await told(ALEX, 'is not in medic.yml any more');
});

/** A run that waits for a person to do its first step. */
async function waitingForAPerson() {
  const instruction = 'Take the old primary out of the load balancer.';
  const manual = {
    kind: 'manual',
    node: 'n',
    instruction,
    ask: 'Which ticket?',
    until: null,
    timeoutSeconds: 60,
  } as const;
  const proposal = await propose({ steps: [manual] });
  await click(`${proposal.id}/card`, 'approve', ALEX);
  await message(`${proposal.id}/card`, '✅ Approved');
  const id = house.queued.runs[0];
  await house.ports.store.transaction(async (tx) => {
    const run = id && (await tx.run(id));
    const [step] = run ? await tx.stepsOf(run.id) : [];
    if (!run || !step) throw new Error('no run');
    await tx.saveRun({ ...run, state: 'running', startedAt: Date.now() });
    await tx.saveStep({ ...step, state: 'started', startedAt: Date.now() });
    await house.ports.face.show(tx, incident);
  });
  house.ports.face.wake();
  const answer = async () => (id ? (await house.ports.store.transaction((tx) => tx.stepsOf(id)))[0]?.reply : undefined);
  return { card: `${id}/progress`, instruction, answer };
}

test('a step for a person shows what to do; an approver says that it is done, with the answer that was asked for', async () => {
  const { card, instruction, answer } = await waitingForAPerson();
  expect(JSON.stringify(await message(card, 'rm:v1:done'))).toContain(instruction);
  await click(card, 'done', ALEX);
  const view = await openModal(ALEX);
  expect(JSON.stringify(view.content)).toContain('Which ticket?');
  const empty = await house.workspace.submitView({ viewId: view.id, user: ALEX, values: { answer: '  ' } });
  expect(empty.errors.answer).toContain('Say what was done');
  await house.workspace.submitView({ viewId: view.id, user: ALEX, values: { answer: 'OPS-17' } });
  await expect.poll(answer).toBe('OPS-17');
  expect(JSON.stringify(await message(card, 'Said to be done'))).not.toContain('rm:v1:done');
});

test('an outsider cannot say that a step is done', async () => {
  const { card, answer } = await waitingForAPerson();
  await message(card, 'rm:v1:done');
  await click(card, 'done', OLLI);
  const view = await openModal(OLLI);
  await house.workspace.submitView({ viewId: view.id, user: OLLI, values: { answer: 'done' } });
  expect(JSON.stringify((await openModal(OLLI)).content)).toContain('Only an approver');
  expect(await answer()).toBeNull();
});

test('a run under way can be cancelled by approvers alone', async () => {
  const run = await ranOnce('running', null);
  const progress = `${run}/progress`;
  await message(progress, 'rm:v1:cancel');
  await click(progress, 'cancel', OLLI);
  await told(OLLI, 'Only an approver can cancel');
  await click(progress, 'cancel', SAM);
  const after = await message(progress, 'stops before the next command');
  expect(JSON.stringify(after)).not.toContain('rm:v1:cancel');
});

test('an outsider cannot resolve, which would take back every plan; an approver can', async () => {
  await propose();
  await click(`${incident}/root`, 'resolve', OLLI);
  await told(OLLI, 'Only an approver');
  await click(`${incident}/root`, 'resolve', ALEX);
  const root = JSON.stringify(await message(`${incident}/root`, 'resolved by hand'));
  expect(root).not.toContain('rm:v1');
  await message(`prp_${String(tests).padStart(10, '0')}/card`, 'Withdrawn');
});

test.each(['rm:v0:approve', 'rm:v2:approve', 'rm:v1:nonsense', 'rm:'])(
  '%s is answered, and its thread is drawn again',
  async (actionId) => {
    const proposal = await propose();
    const post = house.workspace.say({ user: RILEY, channel: INCIDENTS_CHANNEL, text: 'an old card' });
    const button = {
      type: 'button',
      action_id: actionId,
      text: { type: 'plain_text', text: 'Go' },
      value: `{"id":"${proposal.id}"}`,
    };
    post.blocks.push({ type: 'actions', block_id: 'old', elements: [button] });
    const delivery = await house.workspace.click({ user: ALEX, actionId, messageTs: post.ts });
    expect(delivery).toMatchObject({ status: 200, error: null });
    await told(ALEX, 'This card is out of date');
    expect((await stored(proposal.id))?.state).toBe('open');
  },
);

test('when Slack is too slow to open the modal, the one who clicked is asked to click again', async () => {
  const proposal = await propose({ risk: 'disruptive' });
  house.workspace.faults({ method: 'views.open', kind: 'rate_limited', times: 1 });
  await click(`${proposal.id}/card`, 'review', ALEX);
  await told(ALEX, 'Click once more');
  expect(house.workspace.views(ALEX)).toEqual([]);
});
