import { defineRule } from '../../domain/rule.ts';
import { bytes, percent } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';

/** No limit is the default and harmless while there is room; from here on the kernel may be the one that sets it. */
const HALF_THE_HOST = 0.5;

export default defineRule({
  scope: 'node',
  needs: { memory },
  more:
    'Without maxmemory the server grows until the host or container has no memory left, and the kernel kills it. ' +
    'Usually nobody set it: the default is no limit. ' +
    'Decide the policy first (noeviction refuses writes at the limit, allkeys-* deletes data), then set maxmemory well above what is used.',
  check({ memory: { now } }, { node, target, threshold }) {
    if (now.maxmemory !== 0 || node.identity.role === 'replica') return;
    const limit = target.memoryLimitBytes ?? now.total_system_memory;
    const share = limit ? now.used_memory_rss / limit : 0;
    const known = limit ? ` (${percent(share)} of ${bytes(limit)})` : '';
    return {
      severity: share >= threshold('share_of_limit', HALF_THE_HOST) ? 'warning' : 'info',
      headline: `maxmemory is not set; the server uses ${bytes(now.used_memory_rss)}${known}`,
      evidence: [
        { field: 'maxmemory', value: '0', expected: '> 0' },
        {
          field: 'used_memory_rss',
          value: String(now.used_memory_rss),
          expected: limit ? `< ${Math.floor(HALF_THE_HOST * limit)}` : 'a known limit',
        },
      ],
    };
  },
});
