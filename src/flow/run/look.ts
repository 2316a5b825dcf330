import type { Probe } from '../../domain/probe.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { lookingAt } from '../host-needs.ts';
import { observe } from '../observe.ts';
import type { Ports } from '../ports.ts';
import type { Claim } from './claim.ts';

/** One look at the target of a run, without waiting for a second sample; of the machines only what is needed. */
export function look(ports: Ports, { target }: Claim, ofHosts: ReadonlySet<Probe<unknown>>): Promise<Snapshot> {
  const { servers, hosts, clock, shelves, ledger } = ports;
  const deps = {
    servers,
    clock,
    probes: shelves.probes,
    ...lookingAt(hosts, target, ofHosts),
    ...(ledger && { ledger }),
  };
  return observe(deps, target, { seconds: 0 });
}
