import { growth, type Reading } from './probe.ts';

/** What a host tells of its listening sockets. */
export interface ListenFacts {
  listenOverflows: number | undefined;
  listening: readonly { address: string; waiting: number; backlog: number }[];
}

/** How full the queue of a socket must be for overflows of the host to be its own. */
const FULL = 0.5;

/** The shortest queue of the server's sockets; undefined where the host does not tell. */
export function shortestQueue({ listening }: ListenFacts): number | undefined {
  return listening.length === 0 ? undefined : Math.min(...listening.map(({ backlog }) => backlog));
}

/**
 * Connections per second that are dropped before the server sees them. The kernel counts those of all sockets, so
 * they are taken for the server's only when its own queue is short or filling.
 */
export function droppedPerSecond(network: Reading<ListenFacts>, short: boolean): number {
  const dropped = growth(network, (now) => now.listenOverflows) ?? 0;
  const filling = network.now.listening.some(({ waiting, backlog }) => waiting >= backlog * FULL);
  return network.seconds > 0 && (short || filling) ? dropped / network.seconds : 0;
}
