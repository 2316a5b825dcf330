import type { PlannedCommand } from '../../domain/proposal.ts';
import { parseNodeName, sentinelLogin, sshHost, type Target } from '../../domain/target.ts';
import type { Opened, Ports, Writer } from '../ports.ts';

/** The writing connections of one run, opened when first needed. */
export class Connections {
  readonly #open = new Map<string, Writer>();
  readonly #ports: Ports;
  readonly #target: Target;

  constructor(ports: Ports, target: Target) {
    this.#ports = ports;
    this.#target = target;
  }

  /** The writer for a command; a string says why there is none. */
  async to(command: PlannedCommand): Promise<Writer | string> {
    const known = this.#open.get(nameOf(command));
    if (known) return known;
    const opened = await this.#connect(command);
    if (opened.kind === 'refused') return opened.detail;
    this.#open.set(nameOf(command), opened.session);
    return opened.session;
  }

  async #connect({ node, via, db }: PlannedCommand): Promise<Opened<Writer>> {
    const { servers, hosts } = this.#ports;
    const address = parseNodeName(node);
    if (via === 'sentinel') {
      const { remediate: _ofServers, ...login } = sentinelLogin(this.#target);
      return servers.write(address, login);
    }
    if (via !== 'host') return servers.write(address, this.#target, db);
    const access = this.#target.host;
    if (!access) return { kind: 'refused', cause: 'no-permission', detail: 'medic.yml gives no access to its host' };
    return hosts.write(access, access.kind === 'ssh' ? sshHost(access, address) : address.host);
  }

  drop(command: PlannedCommand): void {
    this.#open.get(nameOf(command))?.close();
    this.#open.delete(nameOf(command));
  }

  close(): void {
    for (const writer of this.#open.values()) writer.close();
    this.#open.clear();
  }
}

function nameOf({ node, via = 'server', db = 0 }: PlannedCommand): string {
  return `${via} ${node} ${db}`;
}
