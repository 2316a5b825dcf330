import { type Action, RISKS, type Risk } from './action.ts';
import type { Playbook } from './playbook.ts';
import type { Shelf } from './shelf.ts';

/** What the plan of a playbook may turn out to be, from the least to the most; nothing where it sends nothing. */
export function risksOf({ steps }: Playbook, actions: Shelf<Action>): Risk[] {
  const each = steps.flatMap((step) => ('action' in step ? [actions.get(step.action)?.risks.map(rank) ?? []] : []));
  // A plan is as grave as the gravest of its steps, so that none is below the least of any.
  const least = Math.max(...each.map((ranks) => Math.min(...ranks)));
  return RISKS.filter((risk) => rank(risk) >= least && each.some((ranks) => ranks.includes(rank(risk))));
}

/** The same in a few words: `reversible or destructive`. */
export function riskInShort(playbook: Playbook, actions: Shelf<Action>): string {
  return risksOf(playbook, actions).join(' or ') || 'by hand';
}

function rank(risk: Risk): number {
  return RISKS.indexOf(risk);
}
