/** One thing that a peer can say of a deployment. */
export interface Signal {
  /** As the report calls it. */
  name: string;
  /** Ids of our rules whose faults this is a sign of. */
  sees: readonly string[];
  /** Ids of our rules whose statement this makes as well: who reads it knows what to repair. */
  names: readonly string[];
  /** It must hold for minutes, which what it tells does not where all is well: a link that comes up, a restart. */
  passes?: boolean;
}

export const PEERS = ['MEMORY DOCTOR', 'LATENCY DOCTOR', 'redis-mixin', 'awesome-prometheus-alerts'] as const;
export type Peer = (typeof PEERS)[number];

export type Said = Readonly<Record<Peer, readonly Signal[]>>;
