import type { Until } from '../../domain/action.ts';
import { drift, overstepped } from '../fingerprint.ts';
import { neededByReadings } from '../host-needs.ts';
import type { Ports } from '../ports.ts';
import type { Claim } from './claim.ts';
import { type Heed, heeding } from './heed.ts';
import { look } from './look.ts';

/** Time between two looks, in ms: the first come soon, as most effects do. */
const EVERY_MS = [100, 250, 500, 1000] as const;

export type Awaited = { kind: 'there' } | { kind: 'late'; seen: string } | { kind: 'stopped'; because: string };

/** Watches the servers until they show what a command leads to, for at most its time; `heed`: cancel and pause end it. */
export function awaitEffect(ports: Ports, claim: Claim, until: Until, heed: boolean): Promise<Awaited> {
  if (heed) return heeding(ports, claim, ({ rest }) => watch(ports, claim, until, rest));
  return watch(ports, claim, until, (ms) => ports.clock.sleep(ms).then(() => undefined));
}

async function watch(ports: Ports, claim: Claim, until: Until, rest: Heed['rest']): Promise<Awaited> {
  const end = ports.clock.now() + until.withinSeconds * 1000;
  for (let looks = 0; ; looks += 1) {
    const seen = await missing(ports, claim, until);
    if (seen === undefined) return { kind: 'there' };
    if (ports.clock.now() >= end) return { kind: 'late', seen };
    const because = await rest(EVERY_MS[Math.min(looks, EVERY_MS.length - 1)] ?? 1000);
    if (because !== undefined) return { kind: 'stopped', because };
  }
}

/** What does not show yet, for people; undefined when all does. */
async function missing(ports: Ports, claim: Claim, until: Until): Promise<string | undefined> {
  const { probes } = ports.shelves;
  const readings = [...(until.shows ?? []), ...(until.below ?? [])];
  const snapshot = await look(ports, claim, neededByReadings(readings, ports.shelves));
  const [changed] = drift(until.shows ?? [], snapshot, probes).changed;
  if (changed) {
    const { reading, node, value } = changed.expectation;
    return `${reading} of ${node} is ${changed.now}, not ${value}`;
  }
  return overstepped(until.below ?? [], snapshot, probes);
}
