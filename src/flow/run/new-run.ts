import { printCommand } from '../../domain/command.ts';
import type { RunId } from '../../domain/ids.ts';
import { heldBy, type PlannedCommand, type Proposal, type ProposalStep, promptOf } from '../../domain/proposal.ts';
import type { Run, RunStep } from '../../domain/run.ts';

/** The run of an approved proposal, queued, with one row for each command, wait, notice and deed of a person. */
export function newRun(
  proposal: Proposal,
  id: RunId,
  now: number,
  startBefore: number,
): { run: Run; steps: RunStep[] } {
  const run: Run = {
    id,
    proposal: proposal.id,
    incident: proposal.incident,
    target: proposal.target,
    group: heldBy(proposal),
    state: 'queued',
    verdict: null,
    fence: 0,
    leaseUntil: null,
    queuedAt: now,
    startBefore,
    startedAt: null,
    endedAt: null,
    note: null,
    effects: null,
    cancelRequested: false,
  };
  const rows = proposal.steps.flatMap((step, at) => rowsOf(step).map((row) => ({ ...row, run: id, step: at })));
  return { run, steps: rows.map((row, seq) => ({ ...row, seq })) };
}

/** A command as people read it: `host:port> CONFIG SET …`. */
export function labelOf(command: PlannedCommand): string {
  return `${promptOf(command)}> ${printCommand(command.argv)}`;
}

const BLANK = { command: null, state: 'pending', reply: null, startedAt: null, endedAt: null } as const;

function rowsOf(step: ProposalStep): Omit<RunStep, 'run' | 'step' | 'seq'>[] {
  switch (step.kind) {
    case 'wait':
      return [{ ...BLANK, kind: 'wait', label: `wait until ${step.until}` }];
    case 'manual':
      return [{ ...BLANK, kind: 'manual', label: step.instruction }];
    case 'notify':
      return [{ ...BLANK, kind: 'notify', label: step.text }];
    case 'action':
      return step.commands.map((command) => ({ ...BLANK, kind: 'command', command, label: labelOf(command) }));
  }
}
