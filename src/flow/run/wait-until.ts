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

/** Watches a node until the guard of a wait step holds; an ending when it does not in time or the run is stopped. */
export async function waitUntil(
  ports: Ports,
  claim: Claim,
  row: RunStep,
  step: Extract<ProposalStep, { kind: 'wait' }>,
): Promise<Ending | undefined> {
  const guard = ports.shelves.playbooks.get(claim.proposal.playbook)?.waits.get(step.until);
  if (!guard)
    return { state: 'failed', note: `the playbook ${claim.proposal.playbook} no longer waits for ${step.until}` };
  const started = ports.clock.now();
  const objection = await mark(ports, claim, { ...row, startedAt: started, state: 'started' });
  if (objection) return objection;
  let seen = 'it was not looked at';
  while (ports.clock.now() - started < step.timeoutSeconds * 1000) {
    const node = nodeNamed(await look(ports, claim, neededByGuard(step.until, ports.shelves)), step.node);
    if (node?.kind === 'read') {
      try {
        if (guard.holds(node))
          return mark(ports, claim, { ...row, startedAt: started, state: 'done', endedAt: ports.clock.now() });
        seen = 'it does not hold';
      } catch (error) {
        if (!(error instanceof NotAnswered)) throw error;
        seen = error.message;
      }
    } else {
      seen = node?.detail ?? 'the node is gone';
    }
    const stop = await ports.store.transaction((tx) => objectionNow(ports, tx, claim));
    if (stop) return { state: 'cancelled', note: stop };
    await ports.clock.sleep(EVERY_MS);
  }
  const note = `${step.until} did not become true within ${step.timeoutSeconds} s: ${seen}`;
  await mark(ports, claim, { ...row, startedAt: started, state: 'failed', reply: note, endedAt: ports.clock.now() });
  return { state: 'failed', note };
}
