import { memoryLimit } from '../../domain/memory-limit.ts';
import { defineRule } from '../../domain/rule.ts';
import { bytes, percent } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';

/** No limit is the default and harmless while there is room; from here on the kernel may be the one that sets it. */
const HALF_THE_HOST = 0.5;

export default defineRule({
  scope: 'node',
  needs: { memory },
  explains: ['rss-near-memory-limit', 'oom-kill-observed', 'swap-in-use', 'cow-oom-risk'],
  tells: 'used_memory itself is near the limit: data and buffers, not what lies around them.',
  latent: true,
  more:
    'Without maxmemory the server grows until the host or container has no memory left, and the kernel kills it. ' +
    'Usually nobody set it: the default is no limit. ' +
    'Decide the policy first (noeviction refuses writes at the limit, allkeys-* deletes data), then set maxmemory well above what is used.',
  check({ memory: { now } }, { node, snapshot, threshold }) {
    const { role, provider } = node.identity;
    // A managed service limits the server in ways of its own.
    if (now.maxmemory !== 0 || role === 'replica' || provider) return;
    const limit = memoryLimit(snapshot, node, now);
    const share = limit ? now.used_memory_rss / limit.bytes : 0;
    const known = limit ? ` (${percent(share)} of ${bytes(limit.bytes)}, ${limit.from})` : '';
    const half = threshold('share_of_limit', HALF_THE_HOST);
    return {
      severity: severityOf(share >= half, limit?.enforced === true),
      headline: `maxmemory is not set; the server uses ${bytes(now.used_memory_rss)}${known}`,
      evidence: [
        { field: 'maxmemory', value: '0', expected: '> 0' },
        {
          field: 'used_memory_rss',
          value: String(now.used_memory_rss),
          expected: limit ? `< ${Math.floor(half * limit.bytes)}` : 'a known limit',
        },
      ],
    };
  },
});

/** Where the limit is known to be enforced, missing maxmemory is a mistake at any size; where it is RAM, while it is large. */
function severityOf(large: boolean, enforced: boolean): 'high' | 'warning' | 'info' {
  if (enforced) return large ? 'high' : 'warning';
  return large ? 'warning' : 'info';
}
