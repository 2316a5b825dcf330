import { z } from 'zod';
import { defineAction, type Refusal, type Scene } from '../domain/action.ts';
import { ringAbove } from '../domain/replication-graph.ts';
import { followCommand, managedElsewhere, restartGoesBack } from '../domain/replication-group.ts';
import { followedBy, type Node, primaryOf, type ReadNode, readNodes, type Snapshot } from '../domain/snapshot.ts';
import {
  asksForMore,
  bestOf,
  emptyHanded,
  type Heir,
  isSilent,
  nobodyFit,
  unfitToLead,
  watchMembers,
} from '../domain/successor.ts';
import { bytes, duration } from '../domain/units.ts';
import { hasRole, isLinked } from '../domain/write-fence.ts';
import clientList from '../probes/client-list.ts';
import keyspace from '../probes/keyspace.ts';
import memory from '../probes/memory.ts';
import memoryConfig from '../probes/memory-config.ts';
import replication from '../probes/replication.ts';
import replicationConfig from '../probes/replication-config.ts';
import server from '../probes/server.ts';

/** The others go on from the backlog of the new primary. */
const LINK_SECONDS = 60;

/** Makes the replica with the most data the primary of a group that has none, because it died or they go round in a ring. */
export default defineAction({
  args: z.strictObject({
    /** `host:port` of the replica; the one with the most data when absent. */
    to: z.string().optional(),
  }),
  needs: [clientList, keyspace, memory, memoryConfig, replication, replicationConfig, server],
  sends: [['REPLICAOF']],
  risks: ['destructive'],
  plan(args, scene) {
    const orphans = orphansIn(scene);
    if ('refused' in orphans) return orphans;
    const { replicas, dead } = orphans;
    const judged = replicas
      .filter(({ name }) => args.to === undefined || name === args.to)
      .map((node) => judge(scene, node, dead));
    const heir = bestOf(judged.filter(({ because }) => because === undefined).map(({ heir }) => heir))?.node;
    if (!heir) return { refused: nobodyFit(judged) };
    const others = replicas.filter((node) => node !== heir);
    const asking = asksForMore(heir, scene.read(replicationConfig, heir).min_replicas_to_write, others.length);
    if (asking) return { refused: asking };
    return {
      args: { to: heir.name },
      commands: [
        {
          node: heir.name,
          argv: ['REPLICAOF', 'NO', 'ONE'],
          // It is one with the answer: where that does not show after a restart of ours, it was not sent.
          applied: [hasRole(heir, 'master')],
        },
        ...others.map((node) => ({
          ...followCommand(node, heir.address),
          until: { shows: [isLinked(node)], withinSeconds: LINK_SECONDS },
        })),
      ],
      undo: `The primary of before is not there to go back to; once it is, it becomes a replica of ${heir.name}.`,
      impact: [
        ...lossOf(scene, heir, dead),
        ...behindOthers(scene, heir, others),
        ...(others.length > 0
          ? [
              `${others.map(({ name }) => name).join(', ')} follow ${heir.name}, from its backlog where their history allows it.`,
            ]
          : [`${heir.name} then has no replica.`]),
        ...(dead
          ? [
              `If ${dead.name} comes back as it was, it is a second primary: what applications write to it is lost later. Keep it stopped, and start it again only with replicaof ${heir.address.host} ${heir.address.port}.`,
            ]
          : []),
        `Applications must find ${heir.name}, by DNS, a proxy or their configuration. Nothing here tells them.`,
        restartGoesBack([heir, ...others], (node) => scene.read(server, node).config_file),
      ],
      risk: 'destructive',
      watches: watchMembers(
        replicas,
        'replication.master_host',
        'replication.master_port',
        'replication.master_replid',
      ),
    };
  },
});

/** The replicas that lost their primary, and that primary where it has a name; or why the group has one. */
function orphansIn(scene: Scene): { replicas: ReadNode[]; dead: Node | undefined } | Refusal {
  const { node, snapshot } = scene;
  for (const member of readNodes(snapshot)) {
    const names = scene.read(clientList, member).map((client) => client.name);
    const managed = managedElsewhere(snapshot, member, names);
    if (managed) return { refused: managed, elsewhere: true };
    if (member.identity.role === 'primary')
      return { refused: `${member.name} is a primary and answers: two would part the data` };
  }
  const alive = snapshot.nodes.find((other) => other.kind === 'unread' && !isSilent(other));
  if (alive?.kind === 'unread') {
    return { refused: `${alive.name} answers (${alive.detail}) but cannot be read: it may be the primary` };
  }
  const ring = ringAbove(snapshot, node);
  if (ring.length > 0) return { replicas: ring, dead: undefined };
  const replicas = readNodes(snapshot).filter((member) => !primaryOf(snapshot, member) && member.identity.primary);
  return {
    replicas,
    dead: replicas.map((member) => followedBy(snapshot, member)).find((found) => found !== undefined),
  };
}

function judge(scene: Scene, node: ReadNode, dead: Node | undefined): { heir: Heir; because: string | undefined } {
  const heir = { node, link: scene.read(replication, node), limit: scene.read(memoryConfig, node) };
  const { keys } = scene.read(keyspace, node);
  const cut = { ...heir, link: { ...heir.link, ...(dead ? {} : { master_link_status: 'down' }) } };
  return { heir, because: emptyHanded(cut, keys) ?? unfitToLead(heir, scene.read(memory, node).effective) };
}

/** What the dead primary may have had alone, as far as it was watched. */
function lossOf(scene: Scene, heir: ReadNode, dead: Node | undefined): string[] {
  const { keys } = scene.read(keyspace, heir);
  const link = scene.read(replication, heir);
  if (!dead)
    return [
      `${heir.name} becomes the primary, with its ${keys} keys; what only other members of the ring hold is lost.`,
    ];
  const since = duration(Math.max(0, link.master_link_down_since_seconds ?? 0));
  const missing = seenBeyond(scene.snapshot, dead.name, link.slave_repl_offset ?? 0);
  const seen = missing === undefined ? '' : ` When it was last seen it was ${bytes(missing)} ahead.`;
  return [
    `${heir.name} becomes the primary, with its ${keys} keys. Its link to ${dead.name} broke ${since} ago: what that one accepted and had not replicated by then is lost.${seen}`,
  ];
}

function seenBeyond({ series }: Snapshot, name: string, offset: number): number | undefined {
  const written = series.get(name)?.at(-1)?.values.master_repl_offset;
  return written === undefined ? undefined : Math.max(0, written - offset);
}

/** One that may not take over may have more. */
function behindOthers(scene: Scene, heir: ReadNode, others: readonly ReadNode[]): string[] {
  const offset = (node: ReadNode) => scene.read(replication, node).slave_repl_offset ?? 0;
  return others
    .filter((node) => offset(node) > offset(heir))
    .map(
      (node) => `${node.name} has ${bytes(offset(node) - offset(heir))} more than ${heir.name}, which is lost as well.`,
    );
}
