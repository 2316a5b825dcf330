import { printCommand } from '../../domain/command.ts';
import type { RunId } from '../../domain/ids.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { Run, RunStep } from '../../domain/run.ts';

/** The run of an approved proposal, queued, with one row for each command and wait. */
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
    group: proposal.group,
    state: 'queued',
    verdict: null,
    fence: 0,
    leaseUntil: null,
    queuedAt: now,
    startBefore,
    startedAt: null,
    endedAt: null,
    note: null,
    cancelRequested: false,
  };
  return { run, steps: stepsOf(proposal, id) };
}

function stepsOf(proposal: Proposal, run: RunId): RunStep[] {
  const rows: RunStep[] = [];
  for (const [step, planned] of proposal.steps.entries()) {
    const blank = { run, step, state: 'pending', reply: null, startedAt: null, endedAt: null } as const;
    if (planned.kind === 'wait') {
      rows.push({ ...blank, seq: rows.length, command: null, label: `wait until ${planned.until}` });
      continue;
    }
    for (const command of planned.commands) {
      rows.push({ ...blank, seq: rows.length, command, label: `${command.node}> ${printCommand(command.argv)}` });
    }
  }
  return rows;
}
