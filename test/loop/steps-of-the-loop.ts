import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding } from '../../src/domain/finding.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Proposal } from '../../src/domain/proposal.ts';
import type { Run } from '../../src/domain/run.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import { type Address, nodeName, parseNodeName } from '../../src/domain/target.ts';
import { answerStep } from '../../src/flow/answer-step.ts';
import { policyFor } from '../../src/flow/approval.ts';
import { vote } from '../../src/flow/decide.ts';
import { diagnoseIncident } from '../../src/flow/diagnose-incident.ts';
import { observe } from '../../src/flow/observe.ts';
import { openIncident } from '../../src/flow/open-incident.ts';
import { proposeByHand } from '../../src/flow/propose-by-hand.ts';
import { executeRun } from '../../src/flow/run/execute.ts';
import { proposeUndo } from '../../src/flow/undo/propose-undo.ts';
import { ALEX, OLLI, RILEY, SAM } from '../support/proposal.ts';
import type { Asked, LoopCase, Situation } from './loop-case.ts';

/** A fault may need a moment to show. */
const LOOKS = 4;

/** What is proposed of this playbook once its fault is found, or when a person asks for it. */
export async function proposalFor(run: LoopCase, situation: Situation): Promise<Proposal> {
  const { ports, target } = situation;
  const incident = await ports.store.transaction((tx) =>
    openIncident(ports, tx, { target, openedBy: 'a test', requestedBy: RILEY }),
  );
  const looked = await lookFor(run, situation, incident);
  if (looked.proposal && !run.asked) return looked.proposal;
  if (looked.proposal) throw new Error(`${run.playbook} is proposed: nobody has to ask for it`);
  const { finds } = run.asked ?? {};
  const isFound = finds === undefined || looked.findings.some((one) => one.id === finds && answers(one, run));
  if (run.asked && isFound) return askFor(run, run.asked, situation);
  const found = looked.findings.map(({ id, node, severity }) => `${id} (${severity}) on ${node}`);
  throw new Error(
    `${run.asked ? `${finds} is not found` : `${run.playbook} is not proposed`}. Found: ${found.join(', ')}.\n${[...new Set(situation.refused)].join('\n')}`,
  );
}

interface Looked {
  proposal?: Proposal;
  findings: readonly Finding[];
}

/** Diagnoses until the playbook is proposed, or what a person has to ask for is found. */
async function lookFor(run: LoopCase, { ports }: Situation, incident: Incident): Promise<Looked> {
  const { playbook, asked } = run;
  let findings: readonly Finding[] = [];
  for (let looks = 0; looks < LOOKS; looks += 1) {
    await diagnoseIncident(ports, incident.id);
    const [proposals, seen] = await ports.store.transaction(async (tx) => [
      await tx.proposalsOf(incident.id),
      await tx.incident(incident.id),
    ]);
    findings = seen?.report?.findings ?? [];
    const proposal = proposals.find((one) => one.playbook === playbook && one.state === 'open');
    if (proposal) return { proposal, findings };
    if (asked && (asked.finds === undefined || findings.some((one) => one.id === asked.finds))) break;
    await sleep(500);
  }
  return { findings };
}

function answers({ playbooks }: Finding, { playbook }: LoopCase): boolean {
  return playbooks.includes(playbook);
}

/** As `/redis run` does. */
async function askFor({ playbook }: LoopCase, asked: Asked, situation: Situation): Promise<Proposal> {
  const { ports, lab, target } = situation;
  const about = asked.about?.(lab);
  const values = typeof asked.values === 'function' ? await asked.values(situation) : (asked.values ?? {});
  const node = about === undefined ? {} : { node: nodeName(about) };
  const asking = await proposeByHand(ports, { playbook, target: target.name, by: RILEY, values, ...node });
  if (asking.kind === 'refused') throw new Error(asking.sentence);
  return asking.proposal;
}

/** Votes of as many people as its risk demands, then the run; one vote less does not start it. */
export async function approveAndRun(run: LoopCase, situation: Situation, proposal: Proposal): Promise<Run> {
  const { ports, target } = situation;
  const { id, digest, risk } = proposal;
  const policy = policyFor(risk);
  const typed = policy.typeName ? target.name : null;
  const voters = [ALEX, SAM, OLLI].slice(0, policy.approvers);
  for (const by of voters) {
    const decision = await vote(ports, { proposal: id, digest, by, verdict: 'approve', reason: null, typed });
    const wanted = by === voters.at(-1) ? 'approved' : 'counted';
    if (decision.kind !== wanted) throw new Error(`not ${wanted}: ${JSON.stringify(decision)}`);
  }
  const queued = await ports.store.transaction((tx) => tx.runOf(id));
  if (!queued) throw new Error('no run');
  const over = executeRun(ports, queued.id);
  await Promise.all([over, handsOn(run, situation, queued, over)]);
  const ended = await ports.store.transaction((tx) => tx.run(queued.id));
  if (!ended) throw new Error('the run is gone');
  return ended;
}

/** Does what each manual step asks for, until the run is over. */
async function handsOn(run: LoopCase, situation: Situation, { id }: Run, over: Promise<void>): Promise<void> {
  const { ports } = situation;
  let running = true;
  void over.finally(() => (running = false));
  const done = new Set<number>();
  while (running) {
    const rows = await ports.store.transaction((tx) => tx.stepsOf(id));
    const asked = rows.find(({ kind, state, seq }) => kind === 'manual' && state === 'started' && !done.has(seq));
    if (asked) {
      if (!run.byHand) throw new Error(`nobody does it by hand: ${asked.label}`);
      done.add(asked.seq);
      const answer = await run.byHand(situation);
      await answerStep(ports, { run: id, seq: asked.seq, by: ALEX, answer });
    }
    await sleep(100);
  }
}

/** The undo of a run as its button proposes it, or why there is none; `hidden`: no button is shown. */
export async function undoOf({ ports }: Situation, { id }: Run): Promise<Proposal | { hidden: boolean; why: string }> {
  const undoing = await proposeUndo(ports, { run: id, by: RILEY });
  if (undoing.kind === 'proposed') return undoing.proposal;
  return { hidden: undoing.because === 'nothing-to-undo', why: undoing.sentence };
}

/** All servers of the target that answer. */
export async function nodesOf({ ports, target }: Situation): Promise<Address[]> {
  const { servers, clock, shelves } = ports;
  const snapshot = await observe({ servers, clock, probes: shelves.probes }, target, { seconds: 0 });
  return readNodes(snapshot).map(({ name }) => parseNodeName(name));
}
