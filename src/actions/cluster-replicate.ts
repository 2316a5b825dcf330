import { z } from 'zod';
import { defineAction, type PlannedCommand, type Scene } from '../domain/action.ts';
import { slotCount } from '../domain/cluster.ts';
import { gapsIn, lostIn } from '../domain/cluster-slots.ts';
import { copyWithin, fullSync } from '../domain/headroom.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import { type ReadNode, sameHost } from '../domain/snapshot.ts';
import { hasRole, isLinked } from '../domain/write-fence.ts';
import clusterNodes, { type Sight, sightsOf } from '../probes/cluster-nodes.ts';
import keyspace from '../probes/keyspace.ts';
import memory from '../probes/memory.ts';
import persistence from '../probes/persistence.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';
import stats from '../probes/stats.ts';

/** Gives a primary of a cluster a replica: an empty node, a replica that another shard can spare, or one that lost its primary. */
export default defineAction({
  args: z.strictObject({
    /** `host:port` of the node that becomes the replica, and of the primary; chosen when absent. */
    replica: z.string().optional(),
    primary: z.string().optional(),
  }),
  needs: [clusterNodes, keyspace, memory, persistence, replication, server, stats],
  sends: [['CLUSTER', 'REPLICATE']],
  risks: ['disruptive', 'destructive'],
  plan(args, scene) {
    const { node, snapshot } = scene;
    const sights = sightsOf(snapshot);
    if (sights.length === 0) return { refused: `${node.name} is in no cluster that could be looked at` };
    const views = sights.map(({ view }) => view);
    const gaps = gapsIn(views, lostIn(snapshot, views));
    if (gaps.orphaned.length + gaps.unowned.length > 0) {
      return { refused: 'some slots are served by nobody, and a replica may hold their last copy: repair that first' };
    }
    const primary = primaryFor(scene, sights, args.primary);
    if ('refused' in primary) return primary;
    const odd = unsteady(primary.node);
    if (odd) return { refused: odd };
    const spare = spareFor(scene, sights, primary, args.replica);
    if ('refused' in spare) return spare;
    const sync = costOf(scene, primary.node);
    if ('refused' in sync) return sync;
    const { keys } = scene.read(keyspace, spare.node);
    const { primaryId } = spare.view.myself;
    const home = primaryId && sights.some(({ view }) => view.myself.id === primaryId) ? primaryId : undefined;
    const destroys = keys > 0 && home === undefined;
    return {
      args: { replica: spare.node.name, primary: primary.node.name },
      commands: [replicate(spare.node, primary.view.myself.id, sync.seconds)],
      undo: home
        ? [replicate(spare.node, home, sync.seconds)]
        : `${spare.node.name} was nobody's replica before: there is nothing to go back to.`,
      impact: [
        `${spare.node.name} becomes a replica of ${primary.node.name} and takes a full copy; its ${keys} keys are replaced${home ? ', which are a copy of its old primary' : keys > 0 ? ', and nobody else may have them' : ''}.`,
        ...(home ? [`The shard that it leaves keeps ${replicasOf(sights, home).length - 1} other replicas.`] : []),
        ...sync.impact,
        ...(sameHost(spare.node.address.host, primary.node.address.host)
          ? ['Both stand on one host: its loss takes the whole shard.']
          : []),
      ],
      risk: destroys ? 'destructive' : 'disruptive',
      watches: [
        ...watch(spare.node, 'cluster-nodes.primary', 'cluster-nodes.slots'),
        ...watch(primary.node, 'cluster-nodes.slots'),
      ],
    };
  },
});

/** The primary that needs a replica: the finding's own, else the one with slots that has the fewest. */
function primaryFor(scene: Scene, sights: readonly Sight[], name: string | undefined): Sight | { refused: string } {
  const primaries = sights.filter(({ view: { myself } }) => myself.role === 'primary' && myself.slots.length > 0);
  const own = primaries.find(({ node }) => node.name === (name ?? scene.node.name));
  if (own) return own;
  if (name !== undefined) return { refused: `${name} is no primary with slots that could be read` };
  const count = ({ view }: Sight) => replicasOf(sights, view.myself.id).length;
  const [barest] = primaries.toSorted((one, other) => count(one) - count(other));
  return barest ?? { refused: 'no primary with slots could be read' };
}

/** Who can become its replica: the orphan of the finding, an empty node, or a replica of a shard with more than one. */
function spareFor(
  scene: Scene,
  sights: readonly Sight[],
  primary: Sight,
  name: string | undefined,
): Sight | { refused: string } {
  const elsewhere = ({ node }: Sight) => (sameHost(node.address.host, primary.node.address.host) ? 1 : 0);
  const spares = sights
    .filter((sight) => sight !== primary && spareBecause(scene, sights, primary, sight) !== undefined)
    .toSorted((one, other) => rank(one) - rank(other) || elsewhere(one) - elsewhere(other));
  const chosen = spares.find(({ node }) => name === undefined || node.name === name);
  if (chosen) return chosen;
  return {
    refused: name
      ? `${name} is not free to become a replica: it has slots, keys or a primary that needs it`
      : 'there is no empty node in the cluster and no shard with a replica to spare: start a server in cluster mode and let it meet the others (CLUSTER MEET)',
  };

  function rank({ node, view }: Sight): number {
    if (node === scene.node) return 0;
    return view.myself.role === 'primary' ? 1 : 2;
  }
}

function spareBecause(
  scene: Scene,
  sights: readonly Sight[],
  primary: Sight,
  { node, view }: Sight,
): string | undefined {
  const { id, role, primaryId } = view.myself;
  if (unsteady(node)) return undefined;
  if (role === 'primary') {
    const bare = slotCount(view.myself.slots) === 0 && replicasOf(sights, id).length === 0;
    return bare && scene.read(keyspace, node).keys === 0 ? 'empty' : undefined;
  }
  if (primaryId === primary.view.myself.id) return undefined;
  if (!sights.some((sight) => sight.view.myself.id === primaryId)) return node === scene.node ? 'orphan' : undefined;
  return replicasOf(sights, primaryId).length > 1 ? 'to spare' : undefined;
}

function replicasOf(sights: readonly Sight[], id: string | undefined): Sight[] {
  return sights.filter(({ view }) => view.myself.primaryId === id);
}

function costOf(scene: Scene, primary: ReadNode): { impact: string[]; seconds: number } | { refused: string } {
  const [held, fork] = [scene.read(memory, primary), scene.read(persistence, primary)];
  const sync = fullSync(scene.snapshot, primary, held, fork, scene.read(stats, primary).instantaneous_ops_per_sec);
  if ('refused' in sync) return sync;
  return { ...sync, seconds: copyWithin(held, fork) };
}

function replicate(node: ReadNode, id: string, withinSeconds: number): PlannedCommand {
  return {
    node: node.name,
    argv: ['CLUSTER', 'REPLICATE', id],
    applied: [hasRole(node, 'slave'), { node: node.name, reading: 'cluster-nodes.primary', value: id }],
    until: { shows: [isLinked(node)], withinSeconds },
  };
}
