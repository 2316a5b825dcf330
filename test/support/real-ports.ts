import { setTimeout as sleep } from 'node:timers/promises';
import { makeIds, type SlackUserId } from '../../src/domain/ids.ts';
import type { Target } from '../../src/domain/target.ts';
import type { Ports, Store } from '../../src/flow/ports.ts';
import { openHosts } from '../../src/io/host/open-hosts.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { loadShelves } from '../../src/io/shelves.ts';

/** Real store, servers and shelves; a face that shows nothing, a queue that forgets, and approvers as named. */
export async function realPorts(
  store: Store,
  targets: readonly Target[],
  approvers: readonly SlackUserId[],
  { deeds = new Map(), ledger }: Partial<Pick<Ports, 'deeds' | 'ledger'>> = {},
): Promise<Ports> {
  const { sources: _sources, ...units } = await loadShelves();
  const shelves = { ...units, playbooks: await loadPlaybooks(units) };
  return {
    store,
    servers: openServers(shelves.probes),
    hosts: openHosts(shelves.probes),
    deeds,
    ...(ledger && { ledger }),
    shelves,
    queue: { run: async () => {}, diagnose: async () => {}, keys: async () => {} },
    face: { show: async () => {}, wake: () => {} },
    people: {
      mayApprove: async (user) =>
        approvers.includes(user) ? { kind: 'allowed' } : { kind: 'refused', because: 'not-an-approver' },
    },
    targets: new Map(targets.map((target) => [target.name, target])),
    defaultChannel: 'C0000000001',
    windowSeconds: 0.5,
    clock: {
      now: () => Date.now(),
      sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
    },
    ids: makeIds((below) => Math.floor(Math.random() * below)),
    log: {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (facts, sentence) => process.stderr.write(`${sentence} ${JSON.stringify(facts)}\n`),
    },
    meter: { count: () => {}, observe: () => {}, set: () => {} },
  };
}
