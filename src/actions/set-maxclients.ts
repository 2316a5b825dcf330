import { z } from 'zod';
import { defineAction, type Scene } from '../domain/action.ts';
import { limitUnknown } from '../domain/headroom.ts';
import { memoryLimit } from '../domain/memory-limit.ts';
import { leftAlone, steadyGroup } from '../domain/replication-group.ts';
import { changeOf, describeChange, settingsOf } from '../domain/settings.ts';
import { type ReadNode, readingIfAny } from '../domain/snapshot.ts';
import { bytes } from '../domain/units.ts';
import clients from '../probes/clients.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import hostLimits from '../probes/host-limits.ts';
import memory from '../probes/memory.ts';
import networkConfig from '../probes/network-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** Descriptors that a server keeps for itself: files, listeners, the log. */
const RESERVED = 32;
/** What an idle connection costs, with its buffers. */
const EACH = 20 * 1024;
/** So full it should be afterwards. */
const FILL = 0.6;
const OF_FREE = 0.25;

/** Allows more connections, as far as the limit of open files and the memory go. */
export default defineAction({
  args: z.strictObject({
    /** Computed from those that are connected when absent. */
    count: z.number().int().min(100).max(1_000_000).optional(),
  }),
  needs: [clients, memory, networkConfig, replication, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const group = steadyGroup(scene, 'its connections decide the number');
    if ('refused' in group) return group;
    const { node } = scene;
    const { connected_clients: connected } = scene.read(clients);
    const { maxclients: old } = scene.read(networkConfig);
    const most = Math.min(...group.map((member) => filesOf(member) - RESERVED));
    const wanted = Math.ceil(connected / FILL / 1000) * 1000;
    const count = args.count ?? Math.min(wanted, most);
    if (args.count === undefined && wanted <= old) {
      return {
        refused: `${connected} of ${old} connections are open on ${node.name}: that is not too many`,
        choosable: true,
      };
    }
    if (count > most || count <= old) {
      return Number.isFinite(most) && Math.max(count, old + 1) > most
        ? {
            refused: `maxclients is ${old}, and the servers may open ${most + RESERVED} files at the most, which is ${most} connections: set LimitNOFILE of the service to ${Math.max(count, wanted) + RESERVED} and restart it`,
          }
        : { refused: `maxclients is ${old} already` };
    }
    for (const member of group) {
      const tight = tooTight(scene, member, count - old);
      if (tight) return { refused: tight };
    }
    const change = changeOf(
      group.flatMap((member) => {
        const now = scene.read(networkConfig, member);
        return settingsOf(member, 'network-config', now, { maxclients: now.maxclients < count ? count : undefined });
      }),
    );
    if (!change) return { refused: `maxclients is ${count} already` };
    return {
      args: { count },
      commands: change.commands,
      undo: change.undo,
      // Below what is connected the server refuses the old value.
      undoWhile: change.nodes.map((member) => ({
        node: member.name,
        reading: 'clients.connected_clients',
        below: scene.read(networkConfig, member).maxclients,
      })),
      impact: [
        ...describeChange(change),
        `${connected} connections are open; each more costs about 20 KiB and what it does not read: up to ${bytes((count - old) * EACH)} on each server when all are taken.`,
        Number.isFinite(most)
          ? `The servers may open files for ${most} connections.`
          : 'The limit of open files cannot be seen from here: where it is too low a server answers with an error and keeps what it has.',
        ...leftAlone(scene.snapshot, group, 'limit'),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});

/** Files that the process may open; Infinity where its host was not looked at. It raises its own soft limit. */
function filesOf(node: ReadNode): number {
  const limits = readingIfAny(node, hostLimits)?.now;
  return limits?.nofileHard ?? limits?.nofile ?? Number.POSITIVE_INFINITY;
}

function tooTight(scene: Scene, node: ReadNode, more: number): string | undefined {
  const facts = scene.read(memory, node);
  const limit = memoryLimit(scene.snapshot, node, facts);
  if (!limit) return limitUnknown(node);
  const free = Math.max(0, limit.bytes - facts.used_memory_rss);
  return more * EACH > free * OF_FREE
    ? `${more} more connections may take ${bytes(more * EACH)}, more than a quarter of the ${bytes(free)} free on ${node.name} (${limit.from})`
    : undefined;
}
