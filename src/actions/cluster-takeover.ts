import { z } from 'zod';
import { defineAction, type Scene } from '../domain/action.ts';
import { isAgreedFailed, isLost, lostIn, standings } from '../domain/cluster-slots.ts';
import { type Node, type ReadNode, readNodes, type Snapshot } from '../domain/snapshot.ts';
import { bestOf, emptyHanded, isSilent, nobodyFit, unfitToLead, watchMembers } from '../domain/successor.ts';
import { duration } from '../domain/units.ts';
import { hasRole } from '../domain/write-fence.ts';
import clusterConfig, { nodeTimeoutMs } from '../probes/cluster-config.ts';
import clusterNodes, { sightsOf } from '../probes/cluster-nodes.ts';
import keyspace from '../probes/keyspace.ts';
import memoryConfig from '../probes/memory-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** So many node timeouts after it was last heard, a replica that can take over by itself has done so. */
const BY_ITSELF = 4;
const WITHIN_SECONDS = 20;

/** Promotes a replica of a cluster whose primary is dead and stays so: what was not replicated is lost. */
export default defineAction({
  args: z.strictObject({
    /** `host:port` of the replica; the one of the shard with the most data when absent. */
    to: z.string().optional(),
  }),
  needs: [clusterConfig, clusterNodes, keyspace, memoryConfig, replication, server],
  sends: [['CLUSTER', 'FAILOVER']],
  risks: ['destructive'],
  plan(args, scene) {
    const { node, snapshot } = scene;
    if (node.identity.mode !== 'cluster') return { refused: `${node.name} is in no cluster`, elsewhere: true };
    const shard = node.seat?.shard;
    const primary = snapshot.nodes.find(({ seat }) => seat?.id === shard);
    const dead = shard === undefined ? 'its shard is not known' : notDead(snapshot, shard, primary);
    if (dead !== undefined) return { refused: dead };
    const heir = choose(scene, shard, args.to);
    if ('refused' in heir) return heir;
    const majority = majorityLives(snapshot);
    const { master_link_down_since_seconds: since = 0 } = scene.read(replication, heir);
    const gone = primary?.name ?? 'the primary of the shard';
    return {
      args: { to: heir.name },
      commands: [
        {
          node: heir.name,
          argv: ['CLUSTER', 'FAILOVER', majority ? 'FORCE' : 'TAKEOVER'],
          applied: [hasRole(heir, 'master')],
          until: { shows: [hasRole(heir, 'master')], withinSeconds: WITHIN_SECONDS },
        },
      ],
      undo: `${gone} follows ${heir.name} when it comes back, and what only it had is replaced: there is no way back.`,
      impact: [
        `${heir.name} takes over the slots of ${gone} with its ${scene.read(keyspace, heir).keys} keys. Its link broke ${duration(Math.max(0, since))} ago: what ${gone} accepted and did not replicate by then is lost for good.`,
        majority
          ? 'The majority of the primaries must agree to it (FORCE): a living primary is not overruled in secret.'
          : 'The majority of the primaries is gone, so nobody agrees to it (TAKEOVER): if the old primary lives behind a cut network, two servers take writes to these slots until they hear each other, and those of the old one are then lost. Make sure on its host that it is stopped.',
        `When ${gone} comes back it becomes a replica of ${heir.name} by itself.`,
      ],
      risk: 'destructive',
      watches: watchMembers(
        readNodes(snapshot).filter(({ seat }) => seat?.shard === shard),
        'cluster-nodes.primary',
      ),
    };
  },
});

/** Why the primary of the shard must not be replaced by force. */
function notDead(snapshot: Snapshot, shard: string, primary: Node | undefined): string | undefined {
  if (primary?.kind === 'read') return `${primary.name} lives: let it hand over with CLUSTER FAILOVER`;
  if (primary && !isSilent(primary)) return `${primary.name} answers (${primary.detail}), so it lives`;
  const standing = standings(sightsOf(snapshot).map(({ view }) => view)).get(shard);
  if (!standing) return undefined;
  const name = primary?.name ?? 'the primary';
  if (!isLost(snapshot, standing))
    return `most nodes of the cluster still hear ${name}: it lives, only we do not reach it`;
  const silent = snapshot.takenAt - standing.peer.heardAt;
  const wait = nodeTimeoutMs(snapshot) * BY_ITSELF;
  return isAgreedFailed(standing) && silent < wait
    ? `${name} was heard ${duration(silent / 1000)} ago: a replica takes over by itself within ${duration(wait / 1000)} where it can`
    : undefined;
}

function choose(scene: Scene, shard: string | undefined, name: string | undefined): ReadNode | { refused: string } {
  const replicas = readNodes(scene.snapshot).filter(
    (node) =>
      node.seat?.shard === shard && node.identity.role === 'replica' && (name === undefined || node.name === name),
  );
  const judged = replicas.map((node) => {
    const heir = { node, link: scene.read(replication, node), limit: scene.read(memoryConfig, node) };
    return { heir, because: emptyHanded(heir, scene.read(keyspace, node).keys) ?? unfitToLead(heir, 0) };
  });
  const best = bestOf(judged.filter(({ because }) => because === undefined).map(({ heir }) => heir));
  return best?.node ?? { refused: nobodyFit(judged) };
}

/** More than half of the primaries that have slots are there to vote. */
function majorityLives(snapshot: Snapshot): boolean {
  const views = sightsOf(snapshot).map(({ view }) => view);
  const lost = lostIn(snapshot, views);
  const voters = [...standings(views).values()].filter(({ peer }) => peer.role === 'primary' && peer.slots.length > 0);
  return voters.filter(({ peer }) => !lost.has(peer.id)).length * 2 > voters.length;
}
