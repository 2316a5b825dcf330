import type { Expectation } from '../../domain/action.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { Effect, RunStep } from '../../domain/run.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { valueNow } from '../fingerprint.ts';
import type { Ports } from '../ports.ts';
import { keyOf, lastValues } from '../undo/ledger.ts';

/**
 * What a run changed, as planned from and as seen now: every value that its commands set or that its settlement reads,
 * and of those that it watched the ones that are another now.
 */
export function effectsOf(
  ports: Ports,
  proposal: Proposal,
  rows: readonly RunStep[],
  snapshot: Snapshot,
): readonly Effect[] {
  const read = proposal.settled.before ?? [];
  const watched = expectedOf(proposal);
  const before = new Map([...read, ...watched].map((one) => [keyOf(one), one.value]));
  const set = lastValues(rows.flatMap(({ command, state }) => (command && state !== 'skipped' ? [command] : [])));
  const own = new Set([...set, ...read].map(keyOf));
  const about = new Map([...set, ...read, ...watched].map((one) => [keyOf(one), one]));
  return [...about].flatMap(([key, { node, reading }]): Effect[] => {
    const was = before.get(key) ?? null;
    const after = valueNow({ node, reading }, snapshot, ports.shelves.probes);
    return own.has(key) || after !== was ? [{ node, reading, before: was, after }] : [];
  });
}

function expectedOf({ steps }: Proposal): Expectation[] {
  // The first step that watches a value saw it before any command.
  return steps.flatMap((step) => (step.kind === 'action' ? step.expects : [])).reverse();
}
