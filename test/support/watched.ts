import type { Address, Target } from '../../src/domain/target.ts';
import sentinelInfo from '../../src/probes/sentinel-info.ts';
import sentinelMaster, { type MasterView } from '../../src/probes/sentinel-master.ts';
import sentinelPeers from '../../src/probes/sentinel-peers.ts';
import sentinelQuorum from '../../src/probes/sentinel-quorum.ts';
import sentinelReplicas, { type WatchedReplica } from '../../src/probes/sentinel-replicas.ts';
import { type ReadSketch, saw } from './scene.ts';

type Info = ReturnType<typeof sentinelInfo.read>;
type Peer = ReturnType<typeof sentinelPeers.read>['peers'][number];

export const PRIMARY: Address = { host: '10.0.0.1', port: 6379 };
export const REPLICA: Address = { host: '10.0.0.2', port: 6379 };

export const SENTINEL_TARGET: Partial<Target> = {
  kind: 'sentinel',
  seeds: [],
  sentinel: { seeds: [], master: 'mymaster', credentials: {} },
};

/** The name and address of the n-th Sentinel, on a host of its own beside those of the servers. */
export function sentinelName(n: number): string {
  return `10.0.1.${n}:26379`;
}

export function peer(n: number, more: Partial<Peer> = {}): Peer {
  return {
    id: `id-${n}`,
    address: { host: `10.0.1.${n}`, port: 26_379 },
    flags: ['sentinel'],
    downMs: undefined,
    ...more,
  };
}

export function replicaEntry(more: Partial<WatchedReplica> = {}): WatchedReplica {
  const address = more.address ?? REPLICA;
  return {
    name: `${address.host}:${address.port}`,
    address,
    runId: `run-of-${address.host}`,
    flags: ['slave'],
    downMs: undefined,
    pingMs: 200,
    infoMs: 4000,
    roleReported: 'slave',
    roleReportedMs: 3_600_000,
    linkStatus: 'ok',
    linkDownMs: 0,
    priority: 100,
    ...more,
  };
}

export interface SentinelSketch {
  n: number;
  /** So many Sentinels know each other; 3 when absent. */
  of?: number;
  master?: Partial<MasterView>;
  masterBefore?: Partial<MasterView>;
  replicas?: readonly WatchedReplica[];
  peers?: readonly Peer[];
  quorum?: Partial<ReturnType<typeof sentinelQuorum.read>>;
  info?: Partial<Info>;
  infoBefore?: Partial<Info>;
}

/** A Sentinel that has watched a healthy primary with one replica for an hour, but for what is said here. */
export function sentinel({ n, of = 3, ...more }: SentinelSketch): ReadSketch {
  const others = Array.from({ length: of }, (_none, at) => at + 1).filter((other) => other !== n);
  const view = {
    address: PRIMARY,
    toldToClients: PRIMARY,
    runId: 'run-of-10.0.0.1',
    flags: ['master'],
    roleReported: 'master',
    roleReportedMs: 3_600_000,
    configEpoch: 0,
    quorum: 2,
    otherSentinels: of - 1,
    downAfterMs: 30_000,
    failoverTimeoutMs: 180_000,
    parallelSyncs: 1,
  };
  const info = { uptime_in_seconds: 3600, sentinel_tilt: 0, sentinel_tilt_since_seconds: -1 };
  return {
    name: sentinelName(n),
    identity: { mode: 'sentinel' },
    readings: [
      saw(
        sentinelInfo,
        { ...info, masters: [{ name: 'mymaster', status: 'ok', address: '10.0.0.1:6379' }], ...more.info },
        more.infoBefore && { ...info, ...more.infoBefore },
      ),
      saw(sentinelMaster, { ...view, ...more.master }, more.masterBefore && { ...view, ...more.masterBefore }),
      saw(sentinelReplicas, [...(more.replicas ?? [replicaEntry()])]),
      saw(sentinelPeers, { id: `id-${n}`, peers: [...(more.peers ?? others.map((other) => peer(other)))] }),
      saw(sentinelQuorum, { met: true, text: `OK ${of} usable Sentinels.`, usable: of, ...more.quorum }),
    ],
  };
}

/** The servers that they watch. */
export const SERVERS: readonly ReadSketch[] = [
  { name: '10.0.0.1:6379', role: 'primary', readings: [], identity: { replicas: [REPLICA] } },
  { name: '10.0.0.2:6379', role: 'replica', readings: [], identity: { primary: PRIMARY } },
];

/** Three of them that agree, but for what is said of each. */
export function three(...more: readonly Omit<SentinelSketch, 'n'>[]): ReadSketch[] {
  return [1, 2, 3].map((n, at) => sentinel({ n, ...more[at] }));
}
