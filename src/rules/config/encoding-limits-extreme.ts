import { defineRule } from '../../domain/rule.ts';
import { atLeast } from '../../domain/server.ts';
import tuningConfig from '../../probes/tuning-config.ts';

/** A compact collection is searched from its start: beyond this, each access costs more than the memory is worth. */
const ENTRIES = 4096;
const BYTES = 1024;

const LIMITS = [
  ['hash_max_ziplist_entries', ENTRIES],
  ['hash_max_ziplist_value', BYTES],
  ['zset_max_ziplist_entries', ENTRIES],
  ['zset_max_ziplist_value', BYTES],
  ['set_max_listpack_entries', ENTRIES],
  ['set_max_intset_entries', 8 * ENTRIES],
] as const;

export default defineRule({
  scope: 'node',
  needs: { tuningConfig },
  more:
    'Hashes, sets and sorted sets stay compact up to these sizes, and compact ones are searched entry by entry: with limits this high a single command can take milliseconds of the one thread that serves everybody. ' +
    'Somebody meant to save memory. Go back towards the defaults (128 or 512 entries, 64 bytes); existing keys change when they are next written.',
  check({ tuningConfig: { now } }, { node }) {
    const high = LIMITS.filter(([name, most]) => (now[name] ?? 0) > most);
    if (high.length === 0) return;
    const shown = (name: string) => {
      const dashed = name.replaceAll('_', '-');
      return atLeast(node.identity.version, '7.0') ? dashed.replace('ziplist', 'listpack') : dashed;
    };
    return {
      severity: 'info',
      headline: `${high.map(([name]) => `${shown(name)} is ${now[name]}`).join(', ')}: compact collections that large are slow`,
      evidence: high.map(([name, most]) => ({ field: shown(name), value: String(now[name]), expected: `<= ${most}` })),
    };
  },
});
