import { NotAnswered } from '../../domain/probe.ts';
import { nodeNamed } from '../../domain/snapshot.ts';
import { neededByGuard } from '../host-needs.ts';
import type { Ports } from '../ports.ts';
import type { Claim } from './claim.ts';
import { look } from './look.ts';

/** Looks at a node for a guard of the playbook: undefined when it holds, otherwise what was seen, for people. */
export async function notShown(ports: Ports, claim: Claim, name: string, until: string): Promise<string | undefined> {
  const guard = ports.shelves.playbooks.get(claim.proposal.playbook)?.waits.get(until);
  if (!guard) return `the playbook no longer knows ${until}`;
  const node = nodeNamed(await look(ports, claim, neededByGuard(until, ports.shelves)), name);
  if (node?.kind !== 'read') return node?.detail ?? `${name} is gone`;
  try {
    return guard.holds(node) ? undefined : `${until} does not hold`;
  } catch (error) {
    if (error instanceof NotAnswered) return error.message;
    throw error;
  }
}
