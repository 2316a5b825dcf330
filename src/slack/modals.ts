import type { SlackUserId } from '../domain/ids.ts';
import { answerStep } from '../flow/answer-step.ts';
import { vote } from '../flow/decide.ts';
import type { Ports } from '../flow/ports.ts';
import { carriedBy, verbOf } from './blocks/buttons.ts';
import { ASKED, noticeModal } from './cards/modals.ts';
import { submitValues } from './submit-values.ts';
import type { Submitted } from './submitted.ts';

export interface Submission {
  ports: Ports;
  by: SlackUserId;
  callbackId: string;
  metadata: string;
  /** What was typed, by input. */
  answers: Readonly<Record<string, string>>;
}

/** Counts the vote that a modal carries. */
export async function submitted({ ports, by, callbackId, metadata, answers }: Submission): Promise<Submitted> {
  const verb = verbOf(callbackId);
  if (verb === 'run') {
    const form = carriedBy('run', metadata);
    return form ? submitValues(ports, by, form, answers) : outdated();
  }
  if (verb === 'done') return answered(ports, by, metadata, answers);
  if (verb !== 'approve' && verb !== 'deny') return outdated();
  const carried = carriedBy(verb, metadata);
  if (!carried) return outdated();
  const reason = verb === 'deny' ? (answers[ASKED.reason] ?? '').trim() : null;
  if (reason === '') return { kind: 'errors', errors: { [ASKED.reason]: 'Say why, for the next person on call.' } };
  const typed = answers[ASKED.typed] ?? null;
  const decision = await vote(ports, { ...carried, by, verdict: verb, reason, typed });
  if (decision.kind !== 'refused') return { kind: 'closed' };
  if (decision.because === 'name-not-typed' && typed !== null) {
    return { kind: 'errors', errors: { [ASKED.typed]: decision.sentence } };
  }
  return { kind: 'shown', view: noticeModal(decision.sentence) };
}

/** Takes what a person says of a manual step. */
async function answered(
  ports: Ports,
  by: SlackUserId,
  metadata: string,
  answers: Submission['answers'],
): Promise<Submitted> {
  const carried = carriedBy('done', metadata);
  const answer = (answers[ASKED.answer] ?? '').trim();
  if (!carried) return outdated();
  if (answer === '') return { kind: 'errors', errors: { [ASKED.answer]: 'Say what was done, for the record.' } };
  const taken = await answerStep(ports, { ...carried, by, answer });
  return taken.kind === 'taken' ? { kind: 'closed' } : { kind: 'shown', view: noticeModal(taken.sentence) };
}

function outdated(): Submitted {
  return { kind: 'shown', view: noticeModal('This dialog is out of date, so nothing was done. Use the newest card.') };
}
