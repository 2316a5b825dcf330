import type { ModalView } from '@slack/types';
import { IncidentId, ProposalId, RunId, type SlackUserId } from '../domain/ids.ts';
import type { Proposal } from '../domain/proposal.ts';
import { cancelRun } from '../flow/cancel.ts';
import { vote } from '../flow/decide.ts';
import { cancelKeyScan } from '../flow/keys/key-scans.ts';
import type { Ports, Tx } from '../flow/ports.ts';
import { prepareByHand } from '../flow/prepare-by-hand.ts';
import { resolveIncident } from '../flow/resolve.ts';
import { openByCommand } from '../flow/triage.ts';
import { proposeUndo } from '../flow/undo/propose-undo.ts';
import { type Carried, carriedBy, type Verb, verbOf } from './blocks/buttons.ts';
import { denyModal, doneModal, noticeModal, reviewModal } from './cards/modals.ts';
import { readingModal, valuesModal } from './cards/values.ts';

/** What a click leads to, for the one who clicked; the thread shows the rest. */
export type Reaction =
  | { kind: 'nothing' }
  | { kind: 'say'; sentence: string }
  /** `next` takes its place when that is there: opening cannot wait for servers. */
  | { kind: 'open'; view: ModalView; next?: () => Promise<ModalView> };

export interface Click {
  ports: Ports;
  by: SlackUserId;
  actionId: string;
  value: string | undefined;
}

const NOTHING: Reaction = { kind: 'nothing' };

/** Routes a click by the verb of its action id. What a button carries is checked against the store by the flow. */
export async function clicked(click: Click): Promise<Reaction> {
  const verb = verbOf(click.actionId);
  if (verb === undefined) return outdated(click);
  const carried = carriedBy(verb, click.value);
  return carried === undefined ? outdated(click) : REACTIONS[verb](click, carried as never);
}

const REACTIONS: { [V in Verb]: (click: Click, carried: Carried<V>) => Promise<Reaction> } = {
  async approve({ ports, by }, { proposal, digest }) {
    const ballot = { proposal, digest, by, verdict: 'approve', reason: null, typed: null } as const;
    const decision = await vote(ports, ballot);
    return decision.kind === 'refused' ? { kind: 'say', sentence: decision.sentence } : NOTHING;
  },
  review: (click, carried) => openFor(click, carried, reviewModal),
  deny: (click, carried) => openFor(click, carried, denyModal),
  async change(click, carried) {
    const opened = await openFor(click, carried, ({ target }) => readingModal(target));
    return opened.kind === 'open' ? { ...opened, next: () => changeModal(click.ports, carried.proposal) } : opened;
  },
  // A dialog is submitted, not clicked.
  run: outdated,
  async undo({ ports, by }, { run }) {
    const proposed = await proposeUndo(ports, { run, by });
    return proposed.kind === 'refused' ? { kind: 'say', sentence: proposed.sentence } : NOTHING;
  },
  async cancel({ ports, by }, { run }) {
    const answer = await cancelRun(ports, { run, by });
    return answer.kind === 'refused' ? { kind: 'say', sentence: answer.sentence } : NOTHING;
  },
  async done({ ports }, carried) {
    const step = await ports.store.transaction((tx) => manualStep(tx, carried));
    if (!step) return { kind: 'say', sentence: 'The run does not wait for this step now.' };
    return { kind: 'open', view: doneModal(carried, step) };
  },
  async resolve({ ports, by }, { incident }) {
    const answer = await resolveIncident(ports, { incident, by });
    return answer.kind === 'refused' ? { kind: 'say', sentence: answer.sentence } : NOTHING;
  },
  async stopkeys({ ports }, { incident }) {
    const late = await cancelKeyScan(ports, incident);
    return late === undefined ? NOTHING : { kind: 'say', sentence: late };
  },
  async diagnose({ ports, by }, { target }) {
    if (!ports.targets.has(target)) return { kind: 'say', sentence: `${target} is not in medic.yml any more.` };
    const incident = await openByCommand(ports, { target, by });
    return { kind: 'say', sentence: `Diagnosing ${target}; the thread shows the result (${incident.id}).` };
  },
};

async function changeModal(ports: Ports, id: ProposalId): Promise<ModalView> {
  const proposal = await ports.store.transaction((tx) => tx.proposal(id));
  if (!proposal) return noticeModal('This proposal is not known here. Diagnose again.');
  const { playbook, target } = proposal;
  const form = await prepareByHand(ports, { playbook, target, instead: id });
  return form.kind === 'form' ? valuesModal(form) : noticeModal(form.sentence);
}

/** The step that a run waits for a person to do. */
async function manualStep(tx: Tx, { run: id, seq }: Carried<'done'>) {
  const run = await tx.run(id);
  const row = (await tx.stepsOf(id)).find((step) => step.seq === seq);
  const proposal = run && (await tx.proposal(run.proposal));
  const step = row && proposal?.steps[row.step];
  return step?.kind === 'manual' && row?.state === 'started' ? step : undefined;
}

/** Opens a modal about a proposal that is still the one on the card. */
async function openFor(
  { ports }: Click,
  { proposal: id, digest }: Carried<'review'>,
  modal: (proposal: Proposal) => ModalView,
): Promise<Reaction> {
  const proposal = await ports.store.transaction((tx) => tx.proposal(id));
  if (!proposal) return { kind: 'say', sentence: 'This proposal is not known here. Diagnose again.' };
  if (proposal.state !== 'open') return { kind: 'say', sentence: `This proposal is ${proposal.state} already.` };
  if (proposal.digest !== digest) {
    return { kind: 'say', sentence: 'This card does not show the stored plan. Reload the thread and read it again.' };
  }
  return { kind: 'open', view: modal(proposal) };
}

/** A button of another version: its thread is drawn again when it can be told which that is. */
async function outdated({ ports, value }: Click): Promise<Reaction> {
  await ports.store.transaction(async (tx) => {
    const incident = await incidentNamed(tx, value ?? '');
    if (incident) await ports.face.show(tx, incident);
  });
  ports.face.wake();
  return {
    kind: 'say',
    sentence: 'This card is out of date, so its button did nothing. Use the newest one, or diagnose again.',
  };
}

async function incidentNamed(tx: Tx, value: string): Promise<IncidentId | undefined> {
  const named = (kind: string) => new RegExp(`${kind}_[0-9a-z]{10}`).exec(value)?.[0];
  const incident = IncidentId.safeParse(named('inc')).data;
  const proposal = ProposalId.safeParse(named('prp')).data;
  const run = RunId.safeParse(named('run')).data;
  return incident ?? (proposal && (await tx.proposal(proposal))?.incident) ?? (run && (await tx.run(run))?.incident);
}
