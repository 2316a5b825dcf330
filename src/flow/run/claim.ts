import type { RunId } from '../../domain/ids.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { Run } from '../../domain/run.ts';
import type { Target } from '../../domain/target.ts';
import { asksFresh } from '../approval.ts';
import type { Ports, Tx } from '../ports.ts';
import { aboutRun, record } from '../record.ts';
import { endRun } from './end-run.ts';

/** How long a worker owns a run without a sign of life, in ms. */
const LEASE_MS = 15_000;

/** A run that this worker owns until its lease ends. `run.fence` is the token that every write is checked against. */
export interface Claim {
  run: Run;
  proposal: Proposal;
  target: Target;
}

/** Takes a queued run, or ends it as refused with the reason; undefined when it is not ours to run. */
export async function claimQueued(ports: Ports, id: RunId): Promise<Claim | undefined> {
  const objection = await objectionOfPeople(ports, id);
  return ports.store.transaction(async (tx) => {
    const run = await tx.run(id, { lock: true });
    if (run?.state !== 'queued') return undefined;
    const because = objection ?? (await objectionOfState(ports, tx, run));
    if (because !== undefined) {
      await endRun(ports, tx, run, { state: 'refused', note: because });
      return undefined;
    }
    return own(ports, tx, run);
  });
}

/** Takes over a run whose worker died: its lease has ended, or the caller knows that no other worker can be alive. */
export async function claimOrphan(ports: Ports, id: RunId, alone: boolean): Promise<Claim | undefined> {
  return ports.store.transaction(async (tx) => {
    const run = await tx.run(id, { lock: true });
    if (run?.state !== 'running' && run?.state !== 'verifying') return undefined;
    if (!alone && (run.leaseUntil ?? 0) > ports.clock.now()) return undefined;
    return own(ports, tx, run);
  });
}

async function own(ports: Ports, tx: Tx, run: Run): Promise<Claim> {
  const proposal = await tx.proposal(run.proposal);
  const target = ports.targets.get(run.target);
  if (!proposal || !target) throw new Error(`run ${run.id} has lost its proposal or its target`);
  const now = ports.clock.now();
  const owned: Run = {
    ...run,
    state: run.state === 'queued' ? 'running' : run.state,
    fence: run.fence + 1,
    leaseUntil: now + LEASE_MS,
    startedAt: run.startedAt ?? now,
  };
  await tx.saveRun(owned);
  await record(tx, ports.clock, 'started', aboutRun(owned), undefined, { fence: owned.fence, digest: proposal.digest });
  return { run: owned, proposal, target };
}

async function objectionOfPeople(ports: Ports, id: RunId): Promise<string | undefined> {
  const facts = await ports.store.transaction(async (tx) => {
    const run = await tx.run(id);
    if (!run) return undefined;
    return { votes: await tx.votesOf(run.proposal), proposal: await tx.proposal(run.proposal) };
  });
  const fresh = facts?.proposal !== undefined && asksFresh(facts.proposal.risk);
  for (const vote of facts?.votes ?? []) {
    if (vote.verdict !== 'approve') continue;
    const permission = await ports.people.mayApprove(vote.by, { fresh });
    if (permission.kind === 'refused') return `${vote.by}, who approved it, is not an approver any more`;
  }
  return undefined;
}

async function objectionOfState(ports: Ports, tx: Tx, run: Run): Promise<string | undefined> {
  if (run.cancelRequested) return 'it was cancelled before it started';
  if (await tx.paused()) return 'running is paused';
  if (ports.clock.now() >= run.startBefore) return 'it did not start in time after the approval';
  if (!ports.targets.has(run.target)) return `${run.target} is not in medic.yml any more`;
  return undefined;
}

/** Another worker owns the run now: this one must stop without writing anything more. */
export class RunLost extends Error {}

/** Why the owner must not send anything now; undefined while it may. Read in the transaction that writes ahead. */
export async function objectionNow(ports: Ports, tx: Tx, claim: Claim): Promise<string | undefined> {
  const run = await ownRun(ports, tx, claim);
  if (run.cancelRequested) return 'it was cancelled between two commands';
  if (await tx.paused()) return 'running was paused between two commands';
  return undefined;
}

/** The run's row, locked; throws RunLost when the fence or the lease says that it is not ours any more. */
export async function ownRun(ports: Ports, tx: Tx, claim: Claim): Promise<Run> {
  const run = await tx.run(claim.run.id, { lock: true });
  if (run?.fence !== claim.run.fence || (run.leaseUntil ?? 0) <= ports.clock.now()) {
    throw new RunLost(`run ${claim.run.id} is not ours any more`);
  }
  return run;
}

/** Renews the lease while work goes on; a lost run is noticed at the next write. Returns the way to stop. */
export function keepLease(ports: Ports, claim: Claim): () => void {
  const ended = new AbortController();
  const renew = async () => {
    while (!ended.signal.aborted) {
      await ports.clock.sleep(LEASE_MS / 3, ended.signal);
      await ports.store.transaction(async (tx) => {
        const run = await tx.run(claim.run.id, { lock: true });
        if (run?.fence === claim.run.fence) await tx.saveRun({ ...run, leaseUntil: ports.clock.now() + LEASE_MS });
      });
    }
  };
  renew().catch((error: unknown) => {
    if (!ended.signal.aborted) ports.log.warn({ run: claim.run.id, err: error }, 'lease not renewed');
  });
  return () => ended.abort();
}
