import { z } from 'zod';
import { defineAction } from '../../src/domain/action.ts';
import type { RunId } from '../../src/domain/ids.ts';
import type { LoadedPlaybook } from '../../src/domain/playbook.ts';
import type { PlannedCommand, ProposalStep } from '../../src/domain/proposal.ts';
import type { Run, RunStep } from '../../src/domain/run.ts';
import type { Address, Target } from '../../src/domain/target.ts';
import { nodeName } from '../../src/domain/target.ts';
import { vote } from '../../src/flow/decide.ts';
import { openIncident } from '../../src/flow/open-incident.ts';
import type { Ports } from '../../src/flow/ports.ts';
import { guardCompiler } from '../../src/io/cel.ts';
import { ALEX, proposalOf } from './proposal.ts';

type ActionStep = Extract<ProposalStep, { kind: 'action' }>;

/** An action that is always possible, and a playbook that knows these guards: the executor is what is tried, not a plan. */
export function asTold(ports: Ports, guards: readonly string[] = []): Ports {
  const told = defineAction({
    args: z.unknown(),
    needs: [],
    sends: [],
    risks: ['reversible'],
    plan: (args) => ({ args, commands: [], undo: [], impact: [], risk: 'reversible', watches: [] }),
  });
  const compile = guardCompiler(ports.shelves.probes);
  const compiled = guards.map((text) => {
    const guard = compile(text);
    if (guard.kind !== 'guard') throw new Error(guard.mistake.message);
    return [text, guard.guard] as const;
  });
  const [known] = ports.shelves.playbooks.values();
  if (!known) throw new Error('no playbook at all');
  const playbook: LoadedPlaybook = { ...known, id: 'as-told', waits: new Map(compiled) };
  return {
    ...ports,
    // The long sleeps are those of a verification, which has tests of its own.
    clock: { ...ports.clock, sleep: (ms, signal) => ports.clock.sleep(Math.min(ms, 1000), signal) },
    shelves: {
      ...ports.shelves,
      actions: new Map([...ports.shelves.actions, ['as-told', told]]),
      playbooks: new Map([...ports.shelves.playbooks, ['as-told', playbook]]),
    },
  };
}

/** A command to a server; `more` says what it waits for and the like. */
export function command(to: Address, argv: PlannedCommand['argv'], more: Partial<PlannedCommand> = {}): PlannedCommand {
  return { node: nodeName(to), argv, applied: [], ...more };
}

export function doing(commands: readonly PlannedCommand[], more: Partial<ActionStep> = {}): ActionStep {
  const [first] = commands;
  if (!first) throw new Error('a step without a command');
  return {
    kind: 'action',
    action: 'as-told',
    args: {},
    node: first.node,
    commands: [...commands],
    undo: 'not in this test',
    undoWhile: [],
    onlyWhile: [],
    impact: [],
    expects: [],
    ...more,
  };
}

/** An approved proposal of these steps, with its run in the queue. */
export async function queued(ports: Ports, target: Target, steps: readonly ProposalStep[]): Promise<RunId> {
  const { incident } = await ports.store.transaction(async (tx) => ({
    incident: await openIncident(ports, tx, { target, openedBy: 'a test', requestedBy: null }),
  }));
  const [seed] = target.seeds;
  const now = ports.clock.now();
  const proposal = proposalOf({
    id: ports.ids.proposal(),
    incident: incident.id,
    target: target.name,
    group: target.name,
    playbook: 'as-told',
    node: seed ? nodeName(seed) : '',
    steps: [...steps],
    settled: { withinSeconds: 0, clear: [], hold: [] },
    requestedBy: null,
    proposedAt: now,
    expiresAt: now + 60_000,
  });
  await ports.store.transaction((tx) => tx.addProposal(proposal));
  const { id, digest } = proposal;
  const decision = await vote(ports, { proposal: id, digest, by: ALEX, verdict: 'approve', reason: null, typed: null });
  if (decision.kind !== 'approved') throw new Error(`not approved: ${JSON.stringify(decision)}`);
  return decision.run;
}

/** What a run came to: its state, its note and one line a step, `done: +OK`. */
export interface Came {
  run: Run;
  state: Run['state'];
  note: string;
  steps: string[];
}

export async function outcome(ports: Ports, id: RunId): Promise<Came> {
  const { run, rows } = await ports.store.transaction(async (tx) => ({
    run: await tx.run(id),
    rows: await tx.stepsOf(id),
  }));
  if (!run) throw new Error(`no run ${id}`);
  return { run, state: run.state, note: run.note ?? '', steps: rows.map(({ kind, state }) => `${kind} ${state}`) };
}

/** Sets a run to where a worker left it when it died, steps in order: the state of each, with its reply where it has one. */
export async function leftBehind(
  ports: Ports,
  id: RunId,
  states: readonly (RunStep['state'] | { state: RunStep['state']; reply: string })[],
  run: Partial<Run> = {},
): Promise<void> {
  const now = ports.clock.now();
  await ports.store.transaction(async (tx) => {
    const known = await tx.run(id, { lock: true });
    if (!known) throw new Error(`no run ${id}`);
    await tx.saveRun({ ...known, state: 'running', fence: 1, leaseUntil: now - 1, startedAt: now - 1000, ...run });
    for (const row of await tx.stepsOf(id)) {
      const told = states[row.seq];
      if (told === undefined) continue;
      const change = typeof told === 'string' ? { state: told } : told;
      await tx.saveStep({ ...row, ...change, startedAt: change.state === 'pending' ? null : now - 500 });
    }
  });
}
