import { TargetName } from '../../src/domain/ids.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import sentinelInfo from '../../src/probes/sentinel-info.ts';
import sentinelMaster, { type MasterView } from '../../src/probes/sentinel-master.ts';
import sentinelPeers from '../../src/probes/sentinel-peers.ts';
import sentinelQuorum from '../../src/probes/sentinel-quorum.ts';
import sentinelReplicas, { type WatchedReplica } from '../../src/probes/sentinel-replicas.ts';
import { REPLICA } from './planning.ts';
import { type ReadSketch, type SceneSketch, saw, scene } from './scene.ts';
import { plainTarget } from './target.ts';

/** What one Sentinel tells, over one that watches 10.0.0.1:6379 with two others and is well. */
export interface Told {
  name?: string;
  id?: string;
  master?: Partial<MasterView>;
  replica?: Partial<WatchedReplica>;
  /** Beside the replica. */
  replicas?: readonly Partial<WatchedReplica>[];
  /** Flags of the other Sentinels, by id. */
  peers?: Readonly<Record<string, string>>;
  tilt?: number;
  quorum?: string;
}

export const WATCHER = '10.0.0.9:26379';

export function sentinel(told: Told = {}): ReadSketch {
  const { name = WATCHER, id = 'one', master, replica, replicas = [], peers = {}, tilt = 0, quorum } = told;
  const at = { host: '10.0.0.1', port: 6379 };
  const entry = (more: Partial<WatchedReplica> = {}) =>
    ({
      name: REPLICA,
      address: { host: '10.0.0.2', port: 6379 },
      flags: ['slave'],
      linkStatus: 'ok',
      priority: 100,
      ...more,
    }) as WatchedReplica;
  return {
    name,
    identity: { mode: 'sentinel' },
    readings: [
      saw(sentinelInfo, { sentinel_tilt: tilt, uptime_in_seconds: 999 }),
      saw(sentinelQuorum, { met: quorum === undefined, text: quorum ?? 'OK', usable: 3 }),
      saw(sentinelMaster, {
        toldToClients: at,
        address: at,
        primary: '10.0.0.1:6379',
        flags: ['master'],
        state: 'master',
        quorum: 2,
        otherSentinels: 2,
        replicas: 1,
        downAfterMs: 30_000,
        failoverTimeoutMs: 180_000,
        parallelSyncs: 1,
        ...master,
      }),
      saw(sentinelReplicas, [entry(replica), ...replicas.map(entry)]),
      saw(sentinelPeers, {
        id,
        peers: Object.entries(peers).map(([peer, flags]) => ({
          id: peer,
          address: { host: `10.0.1.${peer.length}`, port: 26_379 },
          flags: flags.split(','),
          downMs: undefined,
        })),
      }),
    ],
  };
}

/** A group that Sentinels watch as `mymaster`. */
export function watched(nodes: SceneSketch['nodes'], sentinels: SceneSketch['nodes'] = [sentinel()]): Snapshot {
  const target = plainTarget({
    name: TargetName.parse('prod'),
    kind: 'sentinel',
    sentinel: { seeds: [{ host: '10.0.0.9', port: 26_379 }], master: 'mymaster', credentials: {} },
  });
  return scene({ target, nodes, sentinels });
}
