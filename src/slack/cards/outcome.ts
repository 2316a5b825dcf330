import type { KnownBlock, RichTextSection } from '@slack/types';
import type { Proposal } from '../../domain/proposal.ts';
import type { Effect, Run, RunStep } from '../../domain/run.ts';
import { duration } from '../../domain/units.ts';
import { undoOffered } from '../../flow/undo/ledger.ts';
import { button, confirm } from '../blocks/buttons.ts';
import { actions, context, header, table } from '../blocks/layout.ts';
import { bold, bullets, code, line, rich, text, user } from '../blocks/rich.ts';
import { markup } from '../blocks/text.ts';
import { type Card, type Case, card, counted, ITSELF, isActive } from './card.ts';

const CHANGES_SHOWN = 10;

/** How a run ended, what changed, who approved it, and the way back. Only for a run that has ended. */
export function outcomeCard(one: Case & { run: NonNullable<Case['run']> }, cases: readonly Case[]): Card {
  const { proposal } = one;
  const { run, steps } = one.run;
  const heading = `${headingOf(run)}: ${proposal.title}`;
  const undo = undoOf(run, steps, proposal, cases);
  const blocks: KnownBlock[] = [
    header(heading),
    rich(line(text(run.note ?? explained(run), 600)), bullets(...facts(one))),
    ...changes(run, proposal, steps),
    ...('note' in undo ? [context(markup`${undo.note}`)] : [undo.offer]),
  ];
  return card(markup`${heading} (${run.target})`, blocks);
}

function headingOf(run: Run): string {
  switch (run.state) {
    case 'finished':
      if (run.verdict === 'verified') return '✅ Verified';
      return run.verdict === 'not-verified' ? '⚠️ Ran, but the fault is still there' : '❓ Ran, result unknown';
    case 'refused':
      return '🚫 Refused, nothing was sent';
    case 'failed':
      return '❌ Failed';
    case 'unknown':
      return '❓ Stopped, a person must look';
    case 'cancelled':
      return '⏹️ Cancelled';
    case 'queued':
    case 'running':
    case 'verifying':
      return '⏳ Running';
  }
}

function explained(run: Run): string {
  if (run.state === 'unknown')
    return 'A command may or may not have been applied. Look at the server before anything else is done.';
  if (run.state === 'finished' && run.verdict === 'verified')
    return 'The servers were read again and the fault is gone.';
  if (run.state === 'finished') return 'The servers were read again; look at the newest diagnosis above.';
  return 'No reason was recorded.';
}

function facts({ votes, run, automatic }: Case & { run: NonNullable<Case['run']> }): RichTextSection[] {
  const { run: ended, steps } = run;
  const commands = steps.filter((step) => step.command !== null);
  const done = commands.filter((step) => step.state === 'done').length;
  const stuck = steps.find((step) => step.state === 'failed' || step.state === 'unknown');
  const took = ended.startedAt !== null && ended.endedAt !== null ? (ended.endedAt - ended.startedAt) / 1000 : null;
  return [
    ...votes.filter((vote) => vote.verdict === 'approve').map((vote) => line(bold('Approved by: '), user(vote.by))),
    ...(automatic?.state === 'ran' ? [line(bold('Approved by: '), text(ITSELF))] : []),
    line(bold('Commands: '), text(`${done} of ${commands.length} done`)),
    ...(stuck ? [line(bold('Stopped at: '), code(stuck.label), text(`: ${stuck.reply ?? stuck.state}`, 300))] : []),
    ...(took === null ? [] : [line(bold('Took: '), text(duration(took)))]),
  ];
}

/** Values as they were when the plan was made and as the servers showed them at the end. */
function changes(run: Run, proposal: Proposal, steps: readonly RunStep[]): KnownBlock[] {
  const effects = run.effects ?? sentBy(proposal, steps);
  if (effects.length === 0) return [];
  const left = effects.length - CHANGES_SHOWN;
  const rows = effects
    .slice(0, CHANGES_SHOWN)
    .map(({ reading, node, before, after }) => [reading, node, before ?? '—', after]);
  const more = left > 0 ? [context(markup`… and ${counted(left, 'more value')}`)] : [];
  return [table([['what', 'server', 'before', 'after'], ...rows]), ...more];
}

/** What the steps that are done set, of a run whose end nobody looked at. */
function sentBy(proposal: Proposal, steps: readonly RunStep[]): Effect[] {
  const before = new Map(
    proposal.steps
      .flatMap((step) => (step.kind === 'action' ? step.expects : []))
      .map((one) => [`${one.node} ${one.reading}`, one.value]),
  );
  return steps
    .filter((step) => step.state === 'done')
    .flatMap((step) => step.command?.applied ?? [])
    .map(({ node, reading, value }) => ({
      node,
      reading,
      before: before.get(`${node} ${reading}`) ?? null,
      after: value,
    }));
}

function undoOf(
  run: Run,
  steps: readonly RunStep[],
  proposal: Proposal,
  cases: readonly Case[],
): { offer: KnownBlock } | { note: string } {
  const undone = cases.findLast((one) => one.proposal.undoes === run.id && one.proposal.state !== 'superseded');
  if (undone?.run?.run.state === 'finished') return { note: `Undone by ${undone.run.run.id} · ${run.id}` };
  if (undone?.proposal.state === 'open' || (undone?.run && isActive(undone.run.run))) {
    return { note: `An undo is proposed below · ${run.id}` };
  }
  if (!undoOffered(run, proposal, steps)) {
    const noWay = proposal.steps
      .map((step) => (step.kind === 'action' ? step.undo : []))
      .find((undo) => typeof undo === 'string');
    return { note: typeof noWay === 'string' ? `No undo: ${noWay.slice(0, 300)} · ${run.id}` : run.id };
  }
  const sure = confirm(
    'Propose the undo?',
    'The servers are read first. Nothing is sent before the undo is approved.',
    'Propose it',
  );
  return { offer: actions(button('undo', { run: run.id }, { label: 'Undo', confirm: sure })) };
}
