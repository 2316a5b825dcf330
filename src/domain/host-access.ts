import { HOST_NOT_LOOKED_AT } from './host-probe.ts';
import type { ReadNode, Snapshot } from './snapshot.ts';
import type { HostRemediate } from './target.ts';

export const NOT_LOCALLY =
  'this machine is looked at with our own rights, and we change nothing with those: give host.ssh with remediate in medic.yml';
export const NO_LOGIN =
  'medic.yml names no login that may change the machines (targets.<name>.host.ssh.remediate); redis-medic acl host prints how to make one';

/** The login for changing the machine of a node, or why there is none. */
export function hostLogin({ target }: Snapshot, node: ReadNode): { login: HostRemediate } | { refused: string } {
  const { provider } = node.identity;
  if (provider) return { refused: `the service keeps the machine of ${node.name} to itself` };
  const { host } = target;
  if (!host) return { refused: HOST_NOT_LOOKED_AT };
  if (host.kind === 'local') return { refused: NOT_LOCALLY };
  return host.remediate ? { login: host.remediate } : { refused: NO_LOGIN };
}
