import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import { percent } from '../../domain/units.ts';
import clients from '../../probes/clients.ts';
import memoryConfig from '../../probes/memory-config.ts';
import stats from '../../probes/stats.ts';

/** At its limit the table forgets keys and tells clients to drop them, although nothing changed. */
const NEARLY_FULL = 0.9;

/** Of the table, where it may grow without a limit: its default limit. */
const DEFAULT_KEYS = 1_000_000;

/** A key that many clients follow costs an entry for each; so many take about a GiB. */
const MANY_ITEMS = 10_000_000;

export default defineRule({
  scope: 'node',
  needs: { clients, stats },
  more:
    'The server remembers for each key which clients have it in their local cache, in memory that counts as data. At its limit it forgets keys at random and has clients drop them. ' +
    'Usually many clients track all that they read. ' +
    'Let them track by prefix (BCAST) or only what they cache (OPTIN), or raise tracking-table-max-keys where there is memory for it.',
  explains: ['memory-forecast-oom', 'memory-near-maxmemory', 'memory-over-limit-sustained'],
  tells: 'tracking_total_items of INFO stats is in the millions and rises as memory does.',
  check({ clients, stats }, { node, threshold }) {
    const { tracking_clients: tracking = 0 } = clients.now;
    const { tracking_total_keys: keys = 0, tracking_total_items: items = 0 } = stats.now;
    if (tracking === 0 || keys === 0) return;
    const limit = readingOf(node, memoryConfig).now.tracking_table_max_keys || DEFAULT_KEYS;
    const allowed = threshold('share', NEARLY_FULL) * limit;
    const most = threshold('items', MANY_ITEMS);
    if (keys <= allowed && items <= most) return;
    return {
      severity: 'warning',
      headline:
        keys > allowed
          ? `The table of tracked keys is ${percent(keys / limit)} full: ${keys} keys of ${tracking} clients`
          : `The table of tracked keys has ${items} entries: ${keys} keys, many of them followed by several of ${tracking} clients`,
      evidence: [
        { field: 'tracking_total_keys', value: String(keys), expected: `<= ${Math.floor(allowed)}` },
        { field: 'tracking_total_items', value: String(items), expected: `<= ${most}` },
        { field: 'tracking-table-max-keys', value: String(limit), expected: `> ${Math.ceil(keys / NEARLY_FULL)}` },
      ],
    };
  },
});
