import type { Snapshot } from '../../domain/snapshot.ts';
import { observe } from '../observe.ts';
import type { Ports } from '../ports.ts';
import type { Claim } from './claim.ts';

/** One look at the target of a run, without waiting for a second sample. */
export function look(ports: Ports, claim: Claim): Promise<Snapshot> {
  const { servers, clock, shelves } = ports;
  return observe({ servers, clock, probes: shelves.probes }, claim.target, { seconds: 0 });
}
