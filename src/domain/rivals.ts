import type { ReadNode } from './snapshot.ts';

/** One of two primaries of one dataset, with what speaks for it. */
export interface Rival {
  node: ReadNode;
  keys: number;
  /** Connected replicas. */
  replicas: number;
  /** Connections of applications. */
  clients: number;
  /** It took writes between the two looks; undefined when that could not be seen. */
  wrote: boolean | undefined;
  link: {
    master_replid: string | undefined;
    master_replid2: string | undefined;
    master_repl_offset: number | undefined;
    second_repl_offset: number | undefined;
  };
}

export interface Judgement {
  survivor: Rival;
  loser: Rival;
}

const MEASURES: Readonly<Record<string, (rival: Rival) => number>> = {
  'takes writes': ({ wrote }) => (wrote === true ? 1 : 0),
  replicas: ({ replicas }) => replicas,
  clients: ({ clients }) => clients,
  keys: ({ keys }) => keys,
};

/** Which of the two stays: the one that more of the measures speak for; undefined where they speak for neither. */
export function judgeRivals(one: Rival, other: Rival): Judgement | undefined {
  const points = Object.values(MEASURES).reduce((sum, measure) => sum + Math.sign(measure(one) - measure(other)), 0);
  if (points === 0) return undefined;
  return points > 0 ? { survivor: one, loser: other } : { survivor: other, loser: one };
}

/** `10.0.0.1:6379: 2 replicas, 14 connections of applications, 1000 keys, takes writes`. */
export function evidenceFor({ node, replicas, clients, keys, wrote }: Rival): string {
  const writes = wrote === undefined ? '' : wrote ? ', takes writes' : ', takes no writes';
  return `${node.name}: ${replicas} replicas, ${clients} connections of applications, ${keys} keys${writes}`;
}

/** Bytes of the stream that a server has written since the two parted; undefined where they share no history. */
export function writtenAlone({ link: own }: Rival, { link: other }: Rival): number | undefined {
  const offset = own.master_repl_offset;
  const parted = partedAt(own, other);
  return offset === undefined || parted === undefined ? undefined : Math.max(0, offset - parted + 1);
}

/** The offset at which the history of the two parts: where the one that was promoted, or both, began anew. */
function partedAt(own: Rival['link'], other: Rival['link']): number | undefined {
  const known = (id: string | undefined) => id !== undefined && !/^0*$/.test(id);
  if (known(own.master_replid2) && own.master_replid2 === other.master_replid) return own.second_repl_offset;
  if (known(other.master_replid2) && other.master_replid2 === own.master_replid) return other.second_repl_offset;
  if (known(own.master_replid2) && own.master_replid2 === other.master_replid2) {
    const [one, two] = [own.second_repl_offset, other.second_repl_offset];
    return one === undefined || two === undefined ? undefined : Math.min(one, two);
  }
  return undefined;
}
