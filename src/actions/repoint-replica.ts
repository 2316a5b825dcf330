import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { isCopyOf, needsFullCopy, wouldWipe } from '../domain/copy-check.ts';
import { fullSync } from '../domain/headroom.ts';
import { followCommand, managedElsewhere, runtimeOnly, unsteady, watch } from '../domain/replication-group.ts';
import { isLoopback, primaryOf, type ReadNode, readNodes } from '../domain/snapshot.ts';
import { type Address, nodeName } from '../domain/target.ts';
import clientList from '../probes/client-list.ts';
import keyspace from '../probes/keyspace.ts';
import memory from '../probes/memory.ts';
import persistence from '../probes/persistence.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';
import stats from '../probes/stats.ts';

/** Points a replica that follows the wrong address at the primary of its target. */
export default defineAction({
  args: z.strictObject({
    /** The primary as the replica should call it; taken from the snapshot when absent. */
    to: z.strictObject({ host: z.string().min(1), port: z.number().int().positive() }).optional(),
  }),
  needs: [clientList, keyspace, memory, persistence, replication, server, stats],
  sends: [['REPLICAOF']],
  risks: ['disruptive', 'destructive'],
  plan(args, scene) {
    const { node, snapshot } = scene;
    const { primary: old, role } = node.identity;
    if (role !== 'replica' || !old)
      return { refused: `${node.name} is not a replica: pointing a primary elsewhere wipes its data` };
    const odd =
      unsteady(node) ??
      managedElsewhere(
        snapshot,
        node,
        scene.read(clientList).map((client) => client.name),
      );
    if (odd) return { refused: odd };
    const primaries = readNodes(snapshot).filter((other) => other.identity.role === 'primary');
    const [primary] = primaries;
    if (!primary) return { refused: `no primary of ${snapshot.target.name} could be read` };
    if (primaries.length > 1) {
      return {
        refused: `there are ${primaries.length} primaries (${primaries.map((one) => one.name).join(', ')}): a person must choose the right one`,
      };
    }
    if (primaryOf(snapshot, node) === primary) {
      return {
        refused: `${node.name} is pointed at ${primary.name} already, and REPLICAOF to the same address does nothing`,
      };
    }
    const unfit = unsteady(primary);
    if (unfit) return { refused: unfit };
    const to = args.to ?? addressFor(primary, node);
    if ('refused' in to) return to;

    const own = scene.read(replication);
    const theirs = scene.read(replication, primary);
    const { keys } = scene.read(keyspace);
    const { keys: copied } = scene.read(keyspace, primary);
    const wiped = wouldWipe(primary, copied, node, keys);
    if (wiped) return { refused: wiped };
    const full = keys > 0 ? needsFullCopy(theirs, own) : 'it is empty';
    const sync = fullSync(
      snapshot,
      primary,
      scene.read(memory, primary),
      scene.read(persistence, primary),
      scene.read(stats, primary).instantaneous_ops_per_sec,
    );
    if (full && 'refused' in sync) return sync;
    const copyOnly = keys === 0 || isCopyOf(theirs, own);
    return {
      args: { to },
      commands: [followCommand(node, to)],
      undo: copyOnly
        ? [followCommand(node, old)]
        : `The ${keys} keys of this replica are replaced for good; take a backup of it first if any of them may be needed.`,
      impact: [
        `${node.name} follows ${nodeName(to)} instead of ${nodeName(old)}, and its ${keys} keys become the ${copied} of ${primary.name}.`,
        copyOnly
          ? 'It holds nothing but a copy of that primary (same replication history), so no write is lost.'
          : 'Its history is not that of the primary: whatever was written only here is lost.',
        ...(full
          ? [`It takes a full copy (${full}).`, ...('impact' in sync ? sync.impact : [])]
          : ['It catches up from the backlog, without a full copy.']),
        'Its password for the primary (masterauth) cannot be seen from here: with a wrong one the link stays down.',
        runtimeOnly(scene.read(server).config_file),
      ],
      risk: copyOnly ? 'disruptive' : 'destructive',
      watches: [
        ...watch(node, 'replication.master_host', 'replication.master_port', 'replication.master_replid'),
        ...watch(primary, 'replication.master_replid'),
      ],
    };
  },
});

/** The address that we reach the primary by, unless it means another machine on the replica. */
function addressFor(primary: ReadNode, node: ReadNode): Address | { refused: string } {
  return isLoopback(primary.address.host) && !isLoopback(node.address.host)
    ? { refused: `${primary.name} is only known by a loopback address, which means another machine on ${node.name}` }
    : primary.address;
}
