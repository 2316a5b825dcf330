import type { Expectation } from '../../domain/action.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { Effect, RunStep } from '../../domain/run.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { valueNow } from '../fingerprint.ts';
import type { Ports } from '../ports.ts';
import { keyOf, lastValues } from '../undo/ledger.ts';

/** What a run changed: every value that its commands set or that its settlement reads, as planned from and as seen now. */
export function effectsOf(
  ports: Ports,
  proposal: Proposal,
  rows: readonly RunStep[],
  snapshot: Snapshot,
): readonly Effect[] {
  const read = proposal.settled.before ?? [];
  const before = new Map([...read, ...expectedOf(proposal)].map((one) => [keyOf(one), one.value]));
  const set = lastValues(rows.flatMap(({ command, state }) => (command && state !== 'skipped' ? [command] : [])));
  const about = new Map([...set, ...read].map((one) => [keyOf(one), one]));
  return [...about].map(([key, { node, reading }]) => ({
    node,
    reading,
    before: before.get(key) ?? null,
    after: valueNow({ node, reading }, snapshot, ports.shelves.probes),
  }));
}

function expectedOf({ steps }: Proposal): Expectation[] {
  // The first step that watches a value saw it before any command.
  return steps.flatMap((step) => (step.kind === 'action' ? step.expects : [])).reverse();
}
