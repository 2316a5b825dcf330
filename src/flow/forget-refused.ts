import type { Report } from '../domain/report.ts';
import type { Target } from '../domain/target.ts';
import type { Store } from './ports.ts';

/**
 * What we were refused counts in the server's own statistics. The kept samples of such servers are forgotten, so that
 * the next pair does not begin before it and show our refusals as somebody's errors.
 */
export async function forgetRefused(store: Store, target: Target, { unassessed }: Report): Promise<void> {
  const refused = unassessed.filter(({ reason }) => /^(NOPERM|unknown command)\b/.test(reason));
  const nodes = [...new Set(refused.map(({ node }) => node))];
  if (nodes.length > 0) await store.transaction((tx) => tx.forgetSamples(target.name, nodes));
}
