import type { Reply } from '../domain/command.ts';
import { defineProbe, listReply, NotAnswered } from '../domain/probe.ts';

export interface OverheadPart {
  /** As MEMORY STATS names it: clients.normal, replication.backlog, lua.caches … */
  name: string;
  bytes: number;
}

/** Figures of MEMORY STATS that are details or derived: they are no parts of overhead.total. */
const NO_PART =
  /^(peak|total|startup|dataset|keys|overhead|db|allocator|allocator-fragmentation|allocator-rss|rss-overhead|fragmentation)\b/;

/** What memory is spent on beside the values. Bytes, but for the count of keys. */
export default defineProbe({
  sampled: 'once',
  allows: [['MEMORY', 'STATS']],
  fields: { keys: 'number', dataset: 'number', startup: 'number', tables: 'number' },
  commands: () => [['MEMORY', 'STATS']],
  read([reply]) {
    const stats = new Map(pairs(reply));
    const number = (name: string) => {
      const value = Number(stats.get(name) ?? Number.NaN);
      if (!Number.isFinite(value)) throw new NotAnswered(`MEMORY STATS has no ${name}`);
      return value;
    };
    const parts = [...stats]
      .filter(([name, value]) => !NO_PART.test(name) && typeof value === 'number')
      .map(([name, value]): OverheadPart => ({ name, bytes: Number(value) }))
      .toSorted((one, other) => other.bytes - one.bytes);
    return {
      keys: number('keys.count'),
      dataset: number('dataset.bytes'),
      startup: number('startup.allocated'),
      /** The hash tables that find the keys and their expiries, of all databases. */
      tables: [...stats].reduce((sum, [name, value]) => sum + (/^db\.\d+$/.test(name) ? tablesOf(value) : 0), 0),
      /** Buffers and caches that hold no data, the largest first. */
      parts,
    };
  },
});

function tablesOf(database: Reply): number {
  return pairs(database).reduce((sum, [, value]) => sum + Number(value), 0);
}

function pairs(reply: Reply | undefined): [name: string, value: Reply][] {
  const words = listReply(reply);
  return words.flatMap((name, at): [string, Reply][] =>
    at % 2 === 0 && typeof name === 'string' ? [[name, words[at + 1] ?? null]] : [],
  );
}
