import { doubled } from '../../domain/key-table.ts';
import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import type { ServerIdentity } from '../../domain/server.ts';
import { bytes } from '../../domain/units.ts';
import keyspace, { type Database } from '../../probes/keyspace.ts';
import memory from '../../probes/memory.ts';
import stats from '../../probes/stats.ts';

const WORTH_TELLING = 8 * 1024 * 1024;

/** From this share of maxmemory on, a server that is full anyway evicts for the table alone. */
const LARGE = 0.05;
const FULL = 0.9;

export default defineRule({
  scope: 'node',
  needs: { memory, keyspace, stats },
  more:
    'The number of keys passed a power of two, so the server has set up a hash table of twice the size and moves the keys over bit by bit; until then it holds both. ' +
    'It is a step in memory, not a leak, and a part of it goes again. ' +
    'Leave this much room below maxmemory, at the next power of two twice as much.',
  explains: ['memory-near-maxmemory', 'memory-over-limit-sustained', 'oom-errors-despite-eviction'],
  tells: 'used_memory made one step when the number of keys passed a power of two, and part of it goes within minutes.',
  check({ memory: { now }, keyspace, stats }, { node }) {
    const told = now.mem_overhead_db_hashtable_rehashing;
    if (told === undefined && keyspace.before === undefined) {
      return { unassessed: `${versionGap(node.identity)}: two samples are needed to see keys pass a power of two` };
    }
    const step = told ?? stepOf(keyspace.before?.databases ?? [], keyspace.now.databases);
    if (step < WORTH_TELLING) return;
    const { maxmemory, effective } = now;
    const evicting = (growth(stats, (sample) => sample.evicted_keys) ?? 0) > 0;
    const pressing = maxmemory > 0 && step >= LARGE * maxmemory && (evicting || effective >= FULL * maxmemory);
    return {
      severity: pressing ? 'warning' : 'info',
      headline: `The hash table of the keys is being doubled, which takes ${bytes(step)}`,
      evidence: [
        {
          field: told === undefined ? 'keys' : 'mem_overhead_db_hashtable_rehashing',
          value: String(told ?? keyspace.now.keys),
          expected: told === undefined ? 'not past a power of two while memory is short' : '0, or room for it',
        },
        { field: 'used_memory', value: String(now.used_memory), expected: 'a step, not growth' },
      ],
    };
  },
});

function versionGap({ engine, version }: ServerIdentity): string {
  return `${engine === 'valkey' ? 'Valkey' : 'Redis'} ${version} does not tell of rehashing`;
}

/** Bytes of the tables that were set up between the samples: one of twice the size for each database that passed a power of two. */
function stepOf(before: readonly Database[], now: readonly Database[]): number {
  return now.reduce((sum, { index, keys, expires }) => {
    const then = before.find((database) => database.index === index);
    return sum + doubled(then?.keys ?? 0, keys) + doubled(then?.expires ?? 0, expires);
  }, 0);
}
