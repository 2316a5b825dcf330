import { NotAnswered } from '../../domain/probe.ts';
import type { PlannedCommand, Proposal } from '../../domain/proposal.ts';
import type { Report } from '../../domain/report.ts';
import type { Run } from '../../domain/run.ts';
import { nodeNamed, type Snapshot } from '../../domain/snapshot.ts';
import { diagnose } from '../diagnose.ts';
import { drift } from '../fingerprint.ts';
import { NO_PAST, type Past } from '../past.ts';
import type { Ports } from '../ports.ts';
import { lastValues } from '../undo/ledger.ts';
import type { Claim } from './claim.ts';

/** Seconds between the two samples of each look, and between two looks. */
const LOOK_SECONDS = 2;

const TWO_PRIMARIES = 'dual-primary-split-brain';
const CHANGE_ROLES = ['REPLICAOF', 'FAILOVER', 'SENTINEL FAILOVER'];

export interface Verification {
  verdict: NonNullable<Run['verdict']>;
  /** What decided it, for people. */
  note: string;
  last: { snapshot: Snapshot; report: Report };
}

/**
 * Watches the servers until the window of the playbook ends. Everything that it demands must hold in the last look:
 * values as sent, findings clear (not merely unassessed), guards true. Two looks are the least.
 */
export async function verify(ports: Ports, claim: Claim, series: Past['series']): Promise<Verification> {
  const until = ports.clock.now() + claim.proposal.settled.withinSeconds * 1000;
  let judged: Verification | undefined;
  for (let looks = 0; looks < 2 || ports.clock.now() < until; looks += 1) {
    if (looks > 0) await ports.clock.sleep(Math.max(0, Math.min(LOOK_SECONDS * 1000, until - ports.clock.now())));
    // Kept samples are from before the repair, so what grew since says nothing of now.
    const last = await diagnose(ports, claim.target, { seconds: LOOK_SECONDS, past: { ...NO_PAST, series } });
    judged = { ...settled(ports, claim.proposal, last), last };
  }
  if (!judged) throw new Error('a verification takes at least two looks');
  return judged;
}

function settled(ports: Ports, proposal: Proposal, look: Verification['last']): Omit<Verification, 'last'> {
  const { snapshot, report } = look;
  const node = nodeNamed(snapshot, proposal.node);
  if (node?.kind !== 'read')
    return { verdict: 'unknown', note: `${proposal.node}: ${node?.detail ?? 'cannot be found'}` };
  const open: string[] = [];
  const unseen: string[] = [];
  if (changesRoles(proposal)) {
    // However young the second one is: the one that was taken for dead may be back.
    const split = report.findings.find(({ id }) => id === TWO_PRIMARIES);
    if (split) open.push(split.headline);
    for (const name of nodesWithRoles(proposal)) {
      if (nodeNamed(snapshot, name)?.kind !== 'read') unseen.push(`whether ${name} takes writes too cannot be seen`);
    }
  }
  for (const { expectation, now } of drift(lastValues(commandsOf(proposal)), snapshot, ports.shelves.probes).changed) {
    open.push(`${expectation.reading} of ${expectation.node} is ${now}, not ${expectation.value}`);
  }
  const places = [node.name, proposal.about];
  for (const id of proposal.settled.clear) {
    const found = report.findings.find(
      (finding) => finding.id === id && places.includes(finding.node) && finding.severity !== 'info',
    );
    const unassessed = report.unassessed.find((answer) => answer.id === id && places.includes(answer.node));
    if (found) open.push(`still there: ${found.headline}`);
    else if (unassessed) unseen.push(`${id} could not be assessed: ${unassessed.reason}`);
  }
  for (const text of proposal.settled.hold) {
    const guard = ports.shelves.playbooks.get(proposal.playbook)?.hold.find((known) => known.text === text);
    try {
      if (!guard) unseen.push(`the playbook no longer knows: ${text}`);
      else if (!guard.holds(node)) open.push(`does not hold: ${text}`);
    } catch (error) {
      if (!(error instanceof NotAnswered)) throw error;
      unseen.push(`${text}: ${error.message}`);
    }
  }
  if (open.length > 0) return { verdict: 'not-verified', note: open.join('; ') };
  if (unseen.length > 0) return { verdict: 'unknown', note: unseen.join('; ') };
  return { verdict: 'verified', note: told(proposal) };
}

function changesRoles(proposal: Proposal): boolean {
  return commandsOf(proposal).some(({ argv: [name, word] }) =>
    CHANGE_ROLES.some((head) => head === name || head === `${name} ${word}`),
  );
}

/** Servers that could be read when it was planned. */
function nodesWithRoles({ steps }: Proposal): Set<string> {
  const expected = steps.flatMap((step) => (step.kind === 'action' ? step.expects : []));
  return new Set(expected.filter(({ reading }) => reading === 'replication.role').map(({ node }) => node));
}

function commandsOf({ steps }: Proposal): PlannedCommand[] {
  return steps.flatMap((step) => (step.kind === 'action' ? step.commands : []));
}

function told(proposal: Proposal): string {
  const { clear, hold, withinSeconds } = proposal.settled;
  const shown = [...clear.map((id) => `${id} is gone`), ...hold];
  return `after ${withinSeconds} s: ${shown.length > 0 ? shown.join('; ') : 'the servers show the values as sent'}`;
}
