import { NotAnswered } from '../../domain/probe.ts';
import type { ProposalStep } from '../../domain/proposal.ts';
import type { RunStep } from '../../domain/run.ts';
import { nodeNamed } from '../../domain/snapshot.ts';
import { neededByGuard } from '../host-needs.ts';
import type { Ports } from '../ports.ts';
import { type Claim, objectionNow } from './claim.ts';
import type { Ending } from './end-run.ts';
import { look } from './look.ts';
import { mark } from './mark.ts';

/** Time between two looks, in ms. */
const EVERY_MS = 1000;

/** Waits until a person has said that a manual step is done and, where it has a guard, until the servers show it. */
export async function awaitPerson(
  ports: Ports,
  claim: Claim,
  row: RunStep,
  step: Extract<ProposalStep, { kind: 'manual' }>,
): Promise<Ending | undefined> {
  const startedAt = row.startedAt ?? ports.clock.now();
  const objection = await mark(ports, claim, { ...row, startedAt, state: 'started' });
  if (objection) return objection;
  let seen = 'nobody has said that it is done';
  while (ports.clock.now() - startedAt < step.timeoutSeconds * 1000) {
    const rows = await ports.store.transaction((tx) => tx.stepsOf(claim.run.id));
    const reply = rows.find(({ seq }) => seq === row.seq)?.reply ?? null;
    if (reply !== null) {
      const missing = await notShown(ports, claim, step);
      if (missing === undefined) {
        return mark(ports, claim, { ...row, startedAt, reply, state: 'done', endedAt: ports.clock.now() });
      }
      seen = missing;
    }
    const because = await ports.store.transaction((tx) => objectionNow(ports, tx, claim));
    if (because) return { state: 'cancelled', note: because };
    await ports.clock.sleep(EVERY_MS);
  }
  const note = `the step for a person was not done within ${step.timeoutSeconds} s: ${seen}`;
  await mark(ports, claim, { ...row, startedAt, state: 'failed', reply: note, endedAt: ports.clock.now() });
  return { state: 'failed', note };
}

async function notShown(
  ports: Ports,
  claim: Claim,
  { node, until }: Extract<ProposalStep, { kind: 'manual' }>,
): Promise<string | undefined> {
  if (until === null) return undefined;
  const guard = ports.shelves.playbooks.get(claim.proposal.playbook)?.waits.get(until);
  if (!guard) return `the playbook no longer knows ${until}`;
  const now = nodeNamed(await look(ports, claim, neededByGuard(until, ports.shelves)), node);
  if (now?.kind !== 'read') return now?.detail ?? `${node} is gone`;
  try {
    return guard.holds(now) ? undefined : `${until} does not hold`;
  } catch (error) {
    if (error instanceof NotAnswered) return error.message;
    throw error;
  }
}
