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

/** Connections per second that the host drops because the queue of some socket is full. */
export function droppedPerSecond(network: Reading<ListenFacts>): number {
  const dropped = growth(network, (now) => now.listenOverflows) ?? 0;
  return network.seconds > 0 ? dropped / network.seconds : 0;
}

/** True when a queue of the server is filling: the kernel counts what all sockets drop together. */
export function isFilling({ listening }: ListenFacts): boolean {
  return listening.some(({ waiting, backlog }) => waiting >= backlog * FULL);
}
