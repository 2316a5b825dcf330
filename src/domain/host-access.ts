import { HOST_NOT_LOOKED_AT } from './host-probe.ts';
import { TOOLS_FOLDER } from './kernel-settings.ts';
import { type ReadNode, readNodes, type Snapshot, sameHost } from './snapshot.ts';
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

/** What the probes tell of a machine on which something is to be changed. */
export interface HostStanding {
  container: string | undefined;
  setUp: string;
}

/** Why nothing of the kernel can be set on the machine of a node; undefined when it can. */
export function kernelOutOfReach(snapshot: Snapshot, node: ReadNode, standing: HostStanding): string | undefined {
  const given = hostLogin(snapshot, node);
  if ('refused' in given) return given.refused;
  const { container, setUp } = standing;
  if (container !== undefined) {
    return `${node.name} runs in a container${container === 'kubernetes' ? ' of Kubernetes' : ''}: the setting belongs to the machine below it, and to who looks after that (a DaemonSet, the node's configuration or its image)`;
  }
  switch (setUp) {
    case 'yes':
      return undefined;
    case 'read-only':
      return 'the settings of the kernel are read-only there, as in a container: they belong to the machine below it';
    case 'unsafe':
      return `${TOOLS_FOLDER} on that machine can be written by others than root: set it up again with what redis-medic acl host prints`;
    default:
      return `that machine is not set up for it: ${TOOLS_FOLDER} is missing. Run there what redis-medic acl host prints`;
  }
}

/** What else feels it: settings of a machine hold for all that runs on it. */
export function alsoOnHost(snapshot: Snapshot, node: ReadNode): string {
  const others = readNodes(snapshot).filter((one) => one !== node && sameHost(one.address.host, node.address.host));
  const named = others.length > 0 ? `, ${others.map(({ name }) => name).join(', ')} among it` : '';
  return `It holds for everything that runs on the machine of ${node.name}${named}.`;
}
