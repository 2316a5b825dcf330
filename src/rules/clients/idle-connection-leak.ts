import { redactAddress } from '../../domain/caller.ts';
import { printable } from '../../domain/printable.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { type Point, rateBetween } from '../../domain/series.ts';
import { historyOf, type ReadNode, type Snapshot } from '../../domain/snapshot.ts';
import { duration, percent } from '../../domain/units.ts';
import clientList, { type Client } from '../../probes/client-list.ts';
import clients from '../../probes/clients.ts';

/** An hour without a command, and so many of them that it is no pool at rest. */
const IDLE_SECONDS = 3600;
const FEWEST = 100;
const SHARE = 0.5;

/** `watch` sees a leak before it is idle for long: over an hour, half as many again and no more work. */
const HOUR_MS = 3_600_000;
const GROWTH = 1.5;
const MORE_WORK = 1.2;

const SHOWN = 3;

export default defineRule({
  scope: 'node',
  needs: { clientList, clients },
  explains: ['maxclients-near', 'connections-rejected'],
  tells: 'Most rows of CLIENT LIST have been idle for hours, and their number only rises.',
  more:
    'Most connections have not sent a command for an hour, and nobody closes them; each costs memory and counts towards maxclients. ' +
    'Usually a program forgets its client objects, or a firewall cut connections without telling the server. ' +
    'Mend the program; with its owner, CONFIG SET timeout 3600 closes what is idle, but pools that do not test their connections then meet closed ones.',
  check({ clientList, clients }, { node, snapshot, threshold }) {
    const limit = threshold('idle_seconds', IDLE_SECONDS);
    const ordinary = clientList.now.filter(isOrdinary);
    const idle = ordinary.filter((client) => client.idle > limit);
    const share = idle.length / Math.max(1, clients.now.connected_clients);
    if (idle.length < threshold('count', FEWEST) || share <= threshold('share', SHARE)) {
      return leaking(historyOf(snapshot, node), clients.now.connected_clients, threshold('count', FEWEST));
    }
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
  return before !== undefined && connected > GROWTH * before ? `, and there were ${before} when we began to watch` : '';
}

/** Connections that become more and more while the work stays the same. */
function leaking(history: readonly Point[], connected: number, fewest: number): Found | undefined {
  const last = history.at(-1);
  if (!last) return undefined;
  const points = history.filter(({ runId, at }) => runId === last.runId && last.at - at <= 6 * HOUR_MS);
  const [first, middle] = [points[0], points[Math.floor(points.length / 2)]];
  if (!first || !middle || last.at - first.at < HOUR_MS) return undefined;
  const [then, halfway] = [first.values.connected_clients, middle.values.connected_clients];
  if (then === undefined || halfway === undefined) return undefined;
  const rises = then < halfway && halfway < connected && connected >= GROWTH * then && connected - then >= fewest;
  const before = rateBetween(first, middle, 'total_commands_processed');
  const now = rateBetween(middle, last, 'total_commands_processed');
  if (!rises || before === undefined || now === undefined || now > MORE_WORK * before) return undefined;
  return {
    severity: 'warning',
    headline: `Connections grew from ${then} to ${connected} in ${duration((last.at - first.at) / 1000)}, while the work stayed the same`,
    evidence: [
      {
        field: 'connected_clients',
        value: `${then} -> ${halfway} -> ${connected}`,
        expected: 'no growth without work',
      },
      { field: 'commands a second', value: `${Math.round(before)} -> ${Math.round(now)}`, expected: 'for comparison' },
    ],
  };
}
