import type { IncidentId } from '../domain/ids.ts';
import type { Face, Tx } from '../flow/ports.ts';
import { type Card, type Case, isActive, type Thread } from './cards/card.ts';
import { diagnosisCard } from './cards/diagnosis.ts';
import { keysCard } from './cards/keys.ts';
import { outcomeCard } from './cards/outcome.ts';
import { progressCard } from './cards/progress.ts';
import { proposalCard } from './cards/proposal.ts';
import { reminderCard } from './cards/reminder.ts';
import { rootCard } from './cards/root.ts';

/** Renders an incident into the outbox. The same state gives the same messages, so showing twice does no harm. */
export function makeFace(wake: () => void): Face {
  return { show, wake };
}

async function show(tx: Tx, id: IncidentId): Promise<void> {
  const thread = await loadThread(tx, id);
  if (!thread) return;
  for (const message of messagesOf(thread)) {
    const { incident } = thread;
    const threadKey = message.key === rootKey(id) ? null : rootKey(id);
    await tx.want({ ...message, incident: id, channel: incident.channel, threadKey });
  }
}

export function rootKey(incident: IncidentId): string {
  return `${incident}/root`;
}

/** Each run that ended begins a new diagnosis message, so that the thread keeps the evidence that a run was approved on. */
function diagnosisKey(incident: IncidentId, cases: readonly Case[]): string {
  const ended = cases.filter(({ run }) => run && !isActive(run.run)).length;
  return ended === 0 ? `${incident}/diagnosis` : `${incident}/diagnosis-${ended}`;
}

interface Rendered extends Card {
  key: string;
  urgent: boolean;
}

/** Every message of a thread, in the order in which they are first posted. */
export function messagesOf(thread: Thread): Rendered[] {
  const { incident, cases, keyScan } = thread;
  const messages: Rendered[] = [{ key: rootKey(incident.id), urgent: false, ...rootCard(thread) }];
  if (incident.report) {
    // Urgent as the cards are, so that it comes before them.
    messages.push({ key: diagnosisKey(incident.id, cases), urgent: true, ...diagnosisCard(incident, incident.report) });
  }
  if (keyScan) messages.push({ key: `${incident.id}/keys`, urgent: keyScan.state === 'ended', ...keysCard(keyScan) });
  for (const one of cases) messages.push(...caseMessages(one, cases));
  return messages;
}

function caseMessages(one: Case, cases: readonly Case[]): Rendered[] {
  const { proposal } = one;
  const messages: Rendered[] = [{ key: `${proposal.id}/card`, urgent: true, ...proposalCard(one) }];
  if (!one.run) return messages;
  const { run, steps } = one.run;
  const ended = !isActive(run);
  const reminders = steps.filter(({ kind }) => kind === 'reminder');
  const itsOwn = steps.filter(({ kind }) => kind !== 'reminder');
  messages.push({ key: `${run.id}/progress`, urgent: ended, ...progressCard(run, itsOwn, proposal) });
  const done = { ...one, run: { run, steps: itsOwn } };
  if (ended) messages.push({ key: `${run.id}/outcome`, urgent: true, ...outcomeCard(done, cases) });
  for (const row of reminders) {
    messages.push({ key: `${run.id}/reminder-${row.seq}`, urgent: true, ...reminderCard(done, row) });
  }
  return messages;
}

async function loadThread(tx: Tx, id: IncidentId): Promise<Thread | undefined> {
  const incident = await tx.incident(id);
  if (!incident) return undefined;
  const cases: Case[] = [];
  for (const proposal of await tx.proposalsOf(id)) {
    const run = await tx.runOf(proposal.id);
    cases.push({
      proposal,
      votes: await tx.votesOf(proposal.id),
      run: run ? { run, steps: await tx.stepsOf(run.id) } : null,
      automatic: (await tx.automaticOf(proposal.id)) ?? null,
    });
  }
  return { incident, signals: await tx.signalsOf(id), cases, keyScan: (await tx.keyScan(id)) ?? null };
}
