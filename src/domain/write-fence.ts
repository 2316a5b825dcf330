import type { Expectation, PlannedCommand } from './action.ts';
import { configSet } from './replication-group.ts';
import type { ReadNode } from './snapshot.ts';

export const FENCE_READING = 'replication-config.min_replicas_to_write';

/** More replicas than any server has: a primary then refuses every write, also if we die half way. */
export const FENCE = 1000;

/** min-replicas-to-write as it is, and what refuses every write and lets them through again. */
export interface Fence {
  set: PlannedCommand;
  restore: PlannedCommand;
}

interface Settings {
  min_replicas_to_write: number | undefined;
  min_replicas_max_lag: number | undefined;
}

/**
 * How a server is kept from accepting a single write, whatever role it has; or why it cannot be. Clients get an error
 * at once instead of waiting, and the setting outlives us. `old`: what it goes back to, where it is fenced by now.
 */
export function fenceOf(
  node: ReadNode,
  settings: Settings,
  old = settings.min_replicas_to_write,
): Fence | { refused: string } {
  const { min_replicas_to_write: now, min_replicas_max_lag: lag } = settings;
  if (now === undefined || old === undefined || !lag) {
    return {
      refused: `${node.name} cannot be kept from accepting writes meanwhile (min-replicas-max-lag is ${lag ?? 'not shown'})`,
    };
  }
  // A fence that was left up by somebody is no setting to go back to.
  const back = old === FENCE ? 0 : old;
  const set = (value: number) => configSet(node, 'min-replicas-to-write', String(value), FENCE_READING);
  return { set: set(FENCE), restore: set(back) };
}

/** The role of a server, as an expectation. */
export function hasRole(node: ReadNode, role: 'master' | 'slave'): Expectation {
  return { node: node.name, reading: 'replication.role', value: role };
}

/** Its link to its primary is up, as an expectation. */
export function isLinked(node: ReadNode): Expectation {
  return { node: node.name, reading: 'replication.master_link_status', value: 'up' };
}
