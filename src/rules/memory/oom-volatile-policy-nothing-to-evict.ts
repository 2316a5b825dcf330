import { defineRule } from '../../domain/rule.ts';
import { bytes, percent } from '../../domain/units.ts';
import errorStats, { newErrors } from '../../probes/error-stats.ts';
import keyspace from '../../probes/keyspace.ts';
import memory from '../../probes/memory.ts';
import { ignoresMaxmemory } from '../../probes/memory-config.ts';

/** Writes fail at 1.0; the last tenth is the time that people need to decide. */
const NEARLY_FULL = 0.9;

/** Below this share of keys with an expiry, evicting them all buys next to nothing. */
const ENOUGH_TO_EVICT = 0.05;

/** Above this share of maxmemory it is the connections that fill it, and no expiry would help. */
const BUFFERS_NOT_DATA = 0.5;

export default defineRule({
  scope: 'node',
  needs: { memory, keyspace, errorStats },
  explains: [
    'memory-near-maxmemory',
    'memory-over-limit-sustained',
    'oom-errors-despite-eviction',
    'volatile-policy-without-ttl',
    'replica-over-maxmemory',
    'error-rate-spike',
  ],
  more:
    'A volatile-* policy evicts only keys that have an expiry, so without such keys it refuses writes at maxmemory exactly as noeviction does. ' +
    'Usually the application was written for a cache and never sets a TTL. ' +
    'Raise maxmemory for now; then set TTLs in the application, or change to allkeys-* if the owner says that every key is disposable.',
  check({ memory: { now }, keyspace, errorStats }, { node, threshold }) {
    const { used_memory, maxmemory, maxmemory_policy, effective } = now;
    const { keys, expires } = keyspace.now;
    if (maxmemory === 0 || keys === 0 || !maxmemory_policy.startsWith('volatile-')) return;
    if (effective < threshold('used', NEARLY_FULL) * maxmemory) return;
    if (expires / keys >= threshold('keys_with_expiry', ENOUGH_TO_EVICT)) return;
    if ((now.mem_clients_normal ?? 0) > BUFFERS_NOT_DATA * maxmemory || ignoresMaxmemory(node)) return;
    const rejected = newErrors(errorStats, 'OOM') ?? 0;
    const what = `${expires} of ${keys} keys have an expiry, so ${maxmemory_policy} has nothing to evict`;
    return {
      severity: 'critical',
      headline:
        rejected > 0
          ? `${rejected} writes were rejected in ${Math.round(errorStats.seconds)} s: ${what}`
          : `${bytes(effective)} of ${bytes(maxmemory)} are used (${percent(effective / maxmemory)}) and ${what}`,
      evidence: [
        { field: 'maxmemory_policy', value: maxmemory_policy, expected: 'volatile-* only where keys have an expiry' },
        { field: 'expires / keys', value: `${expires} / ${keys}`, expected: `>= ${percent(ENOUGH_TO_EVICT)}` },
        { field: 'used_memory', value: String(used_memory), expected: below(now.mem_not_counted_for_evict) },
        { field: 'maxmemory', value: String(maxmemory), expected: `> ${Math.ceil(effective / NEARLY_FULL)}` },
        { field: 'errorstat_OOM', value: `+${rejected}`, expected: '+0' },
      ],
    };

    function below(notCounted = 0): string {
      return `< ${Math.floor(NEARLY_FULL * maxmemory) + notCounted}`;
    }
  },
});
