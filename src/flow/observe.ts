import type { Seat } from '../domain/cluster.ts';
import type { Probe } from '../domain/probe.ts';
import type { Shelf } from '../domain/shelf.ts';
import type { Node, Snapshot, UnreadNode } from '../domain/snapshot.ts';
import type { Target } from '../domain/target.ts';
import { duration } from '../domain/units.ts';
import { discover } from './discover.ts';
import type { Met } from './meet.ts';
import type { Clock, Servers } from './ports.ts';
import { firstSample, lastSample, type Sampled, type Sampling } from './sample-twice.ts';

export interface ObserveDeps {
  servers: Servers;
  probes: Shelf<Probe<unknown>>;
  clock: Clock;
}

export interface ObserveOptions {
  /** Between the two samples; with 0 there is one sample only, and no rates. */
  seconds: number;
  /** Told what has been done so far. */
  progress?: (done: string) => void;
  signal?: AbortSignal;
}

/** Looks at every server of a target, at two moments where rates are wanted. No server's failure fails the snapshot: it is then a node with a cause. */
export async function observe(deps: ObserveDeps, named: Target, options: ObserveOptions): Promise<Snapshot> {
  const { servers, probes, clock } = deps;
  const { seconds, progress = () => undefined, signal } = options;
  const began = clock.now();
  const found = await discover(servers, named);
  const { target } = found;
  const met = [...found.servers, ...found.sentinels];
  const open = sessionsOf(met);
  try {
    signal?.throwIfAborted();
    progress(`${open.length} of ${met.length} ${met.length === 1 ? 'server' : 'servers'} can be read`);
    const sampling: Sampling = { servers, target, probes: [...probes.values()], clock };
    const first = seconds > 0 ? await Promise.all(met.map((one) => begin(sampling, one))) : met;
    if (open.length > 0 && seconds > 0) {
      await clock.sleep(seconds * 1000, signal);
      progress(`sampled for ${duration(seconds)}`);
    }
    const all = await Promise.all(first.map((one) => finish(sampling, one)));
    const takenAt = clock.now();
    return {
      target,
      nodes: all.slice(0, found.servers.length).map((node) => seated(node, found.seats)),
      sentinels: all.slice(found.servers.length),
      series: new Map(),
      takenAt,
      tookMs: Math.round(takenAt - began),
    };
  } finally {
    for (const session of open) session.close();
  }
}

async function begin(sampling: Sampling, one: Met): Promise<Sampled | UnreadNode> {
  return one.kind === 'unread' ? one : firstSample(sampling, one);
}

async function finish(sampling: Sampling, one: Met | Sampled): Promise<Node> {
  if (one.kind === 'unread') return one;
  return one.kind === 'sampled' ? lastSample(sampling, one.member, one.before) : lastSample(sampling, one);
}

function seated(node: Node, seats: ReadonlyMap<string, Seat>): Node {
  const seat = seats.get(node.name);
  return seat ? { ...node, seat } : node;
}

function sessionsOf(met: readonly Met[]) {
  return met.flatMap((one) => (one.kind === 'member' ? [one.session] : []));
}
