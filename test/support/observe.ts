import { setTimeout as sleep } from 'node:timers/promises';
import type { Probe } from '../../src/domain/probe.ts';
import type { Shelf } from '../../src/domain/shelf.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import type { Address, Target } from '../../src/domain/target.ts';
import { observe as look } from '../../src/flow/observe.ts';
import { openHosts } from '../../src/io/host/open-hosts.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { plainTarget } from './target.ts';

interface Observing {
  target?: Partial<Target>;
  seconds?: number;
  /** What happens between the two samples. */
  meanwhile?: (ms: number) => Promise<unknown>;
  /** How far our clock is ahead, in ms. */
  fast?: number;
}

/** A snapshot of real servers as the program takes it; with 0 seconds one look only. */
export function observe(
  servers: readonly Address[],
  probes: Shelf<Probe<unknown>>,
  { target = {}, seconds = 0.2, meanwhile = sleep, fast = 0 }: Observing = {},
): Promise<Snapshot> {
  let wait = meanwhile;
  const clock = {
    now: () => Date.now() + fast,
    // A host may want more time than that between its two looks: what happens meanwhile happens once.
    async sleep(ms: number) {
      const now = wait;
      wait = sleep;
      await now(ms);
    },
  };
  const deps = { servers: openServers(probes), hosts: openHosts(probes), probes, clock };
  return look(deps, plainTarget({ seeds: servers, ...target }), { seconds });
}
