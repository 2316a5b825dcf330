import { redactAddress } from '../../domain/caller.ts';
import { printable } from '../../domain/printable.ts';
import { defineRule } from '../../domain/rule.ts';
import { historyOf, type ReadNode, type Snapshot } from '../../domain/snapshot.ts';
import { duration, percent } from '../../domain/units.ts';
import clientList, { type Client } from '../../probes/client-list.ts';
import clients from '../../probes/clients.ts';

/** An hour without a command, and so many of them that it is no pool at rest. */
const IDLE_SECONDS = 3600;
const FEWEST = 100;
const SHARE = 0.5;

const SHOWN = 3;

export default defineRule({
  scope: 'node',
  needs: { clientList, clients },
  explains: ['maxclients-near'],
  more:
    'Most connections have not sent a command for an hour, and nobody closes them; each costs memory and counts towards maxclients. ' +
    'Usually a program forgets its client objects, or a firewall cut connections without telling the server. ' +
    'Mend the program; with its owner, CONFIG SET timeout 3600 closes what is idle, but pools that do not test their connections then meet closed ones.',
  check({ clientList, clients }, { node, snapshot, threshold }) {
    const limit = threshold('idle_seconds', IDLE_SECONDS);
    const ordinary = clientList.now.filter(isOrdinary);
    const idle = ordinary.filter((client) => client.idle > limit);
    const share = idle.length / Math.max(1, clients.now.connected_clients);
    if (idle.length < threshold('count', FEWEST) || share <= threshold('share', SHARE)) return;
    return {
      severity: 'warning',
      headline: `${idle.length} of ${clients.now.connected_clients} connections have been idle for more than ${duration(limit)}${growing(node, snapshot, clients.now.connected_clients)}`,
      evidence: [
        {
          field: `clients idle > ${limit} s`,
          value: `${idle.length} (${percent(share)})`,
          expected: `<= ${percent(threshold('share', SHARE))}`,
        },
        ...owners(idle),
      ],
    };
  },
});

/** Waiting is what subscribers, blocked workers, replicas, the link to a primary and MONITOR do. */
function isOrdinary({ flags, name }: Client): boolean {
  return !/[PbSMO]/.test(flags) && !name.startsWith('redis-medic');
}

/** The programs that hold the most of them. */
function owners(idle: readonly Client[]) {
  const byOwner = Map.groupBy(idle, ({ name, user, addr, library }) => {
    const host = redactAddress(addr).replace(/:\d+$/, '');
    return [name && printable(name, 48), `user ${printable(user, 48)}`, library && printable(library, 48), host]
      .filter(Boolean)
      .join(', ');
  });
  return [...byOwner]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .slice(0, SHOWN)
    .map(([owner, held]) => ({
      field: 'idle connections of',
      value: `${owner}: ${held.length}, the oldest for ${duration(Math.max(...held.map((client) => client.idle)))}`,
      expected: 'few',
    }));
}

/** Whether it gets worse, where `watch` knows. */
function growing(node: ReadNode, snapshot: Snapshot, connected: number): string {
  const before = historyOf(snapshot, node)[0]?.values.connected_clients;
  return before !== undefined && connected > 1.5 * before ? `, and there were ${before} when we began to watch` : '';
}
