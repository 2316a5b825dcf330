import { z } from 'zod';
import { defineAction, type Expectation, type Scene } from '../domain/action.ts';
import { watch } from '../domain/replication-group.ts';
import { testimonies } from '../domain/sentinel.ts';
import { peerOf, type ReadNode } from '../domain/snapshot.ts';
import replication from '../probes/replication.ts';
import sentinelInfo from '../probes/sentinel-info.ts';
import sentinelMaster, { busyBecause } from '../probes/sentinel-master.ts';
import sentinelPeers from '../probes/sentinel-peers.ts';
import sentinelReplicas from '../probes/sentinel-replicas.ts';
import server from '../probes/server.ts';

/** Sentinels greet each other every 2 s and read INFO of the primary at once and then every 10 s. */
const WITHIN_SECONDS = 60;

/**
 * Has the Sentinels forget what is gone, one after the other: each must know everybody who lives again before the next
 * one is reset, as a Sentinel without replicas cannot fail over.
 */
export default defineAction({
  args: z.strictObject({
    /** `host:port`; those that list what is gone when absent. */
    sentinels: z.array(z.string()).min(1).optional(),
  }),
  needs: [replication, sentinelInfo, sentinelMaster, sentinelPeers, sentinelReplicas, server],
  sends: [['SENTINEL', 'RESET']],
  risks: ['disruptive'],
  plan(args, scene) {
    const { snapshot } = scene;
    const master = snapshot.target.sentinel?.master;
    const told = testimonies(snapshot, sentinelMaster);
    if (master === undefined || told.length === 0) return { refused: `no Sentinel watches ${snapshot.target.name}` };
    const busy = told.map(({ by, now }) => busyBecause(by, now)).find((reason) => reason !== undefined);
    if (busy) return { refused: busy };
    const lists = told.map(({ by }) => listsOf(scene, by));
    const alive = aliveIn(lists);
    const known = replicasNow(scene);
    if ('refused' in known) return known;
    const stale = lists.filter((list) => list.gone.length > 0 && (args.sentinels?.includes(list.by.name) ?? true));
    if (stale.length === 0) return { refused: 'no Sentinel lists a Sentinel or a replica that is gone' };
    return {
      args: { sentinels: stale.map(({ by }) => by.name) },
      commands: stale.map(({ by }) => {
        const shows: Expectation[] = [
          { node: by.name, reading: 'sentinel-master.otherSentinels', value: String(alive.size - 1) },
          { node: by.name, reading: 'sentinel-master.replicas', value: String(known.replicas) },
          { node: by.name, reading: 'sentinel-master.state', value: 'master' },
        ];
        return {
          node: by.name,
          via: 'sentinel',
          argv: ['SENTINEL', 'RESET', master],
          applied: shows,
          until: { shows, withinSeconds: WITHIN_SECONDS },
        };
      }),
      undo: 'What is forgotten is found again by itself when it comes back: there is nothing to undo.',
      impact: [
        ...stale.map(({ by, gone }) => `${by.name} forgets ${[...new Set(gone)].join(', ')}.`),
        `One after the other: each is empty for 2 to 10 s, in which it could not fail over, and must know ${alive.size - 1} other Sentinels and ${known.replicas} replicas again before the next is reset.`,
        'Servers and clients notice nothing.',
      ],
      risk: 'disruptive',
      watches: [
        ...watch(known.primary),
        ...told.flatMap(({ by }) =>
          ['primary', 'state'].map((field) => ({ node: by.name, reading: `sentinel-master.${field}` })),
        ),
      ],
    };
  },
});

interface Lists {
  by: ReadNode;
  id: string;
  /** Ids of the Sentinels that it hears. */
  heard: string[];
  /** What it lists and does not hear. */
  gone: string[];
}

function listsOf(scene: Scene, by: ReadNode): Lists {
  const { id, peers } = scene.read(sentinelPeers, by);
  const replicas = scene.read(sentinelReplicas, by);
  const isDown = ({ flags }: { flags: readonly string[] }) => flags.includes('s_down');
  const nameOf = (address: { host: string; port: number } | undefined, name: string) =>
    address ? `${address.host}:${address.port}` : name;
  return {
    by,
    id,
    heard: peers.filter((peer) => !isDown(peer)).map((peer) => peer.id),
    gone: [
      ...peers.filter(isDown).map((peer) => `the Sentinel ${nameOf(peer.address, peer.id.slice(0, 8))}`),
      ...replicas.filter(isDown).map((entry) => `the replica ${nameOf(entry.address, entry.name)}`),
    ],
  };
}

/** Ids of the Sentinels that answer us or are heard by one that does. */
function aliveIn(lists: readonly Lists[]): Set<string> {
  return new Set(lists.flatMap(({ id, heard }) => [id, ...heard]));
}

/** How many replicas the Sentinels will find at the primary; or why a reset would make them forget one that lives. */
function replicasNow(scene: Scene): { primary: ReadNode; replicas: number } | { refused: string } {
  const { snapshot } = scene;
  const told = testimonies(snapshot, sentinelMaster);
  const [first] = told;
  const primary = first && peerOf(snapshot, first.by, first.now.toldToClients);
  if (primary?.kind !== 'read' || primary.identity.role !== 'primary') {
    return { refused: `${first?.now.primary}, the primary of the Sentinels, could not be read as one` };
  }
  const rows = scene.read(replication, primary).replicas;
  const found = new Set(rows.map(({ address }) => peerOf(snapshot, primary, address)?.name));
  for (const { by } of told) {
    const lost = scene
      .read(sentinelReplicas, by)
      .filter(({ flags }) => !flags.includes('s_down'))
      .find(({ address }) => address && !found.has(peerOf(snapshot, by, address)?.name));
    if (lost) {
      return {
        refused: `${lost.name} lives but is not connected to ${primary.name}: a reset would make the Sentinels forget it`,
      };
    }
  }
  return { primary, replicas: rows.length };
}
