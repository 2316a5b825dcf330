import { defineRule } from '../../domain/rule.ts';
import type { Target } from '../../domain/target.ts';
import { bytes, percent } from '../../domain/units.ts';
import keyspace from '../../probes/keyspace.ts';
import memory from '../../probes/memory.ts';
import { ignoresMaxmemory } from '../../probes/memory-config.ts';

/** A store fills for hours before it is full: from here somebody should plan, from there act. */
const WARNING = 0.8;
const CRITICAL = 0.9;

/** Below this share of maxmemory beyond its start-up memory, a tiny limit is filled by the server itself, not by data. */
const NOT_ONLY_THE_SERVER = 0.25;

/** A volatile-* policy with fewer keys that may go than this refuses writes when full (as oom-volatile-policy-nothing-to-evict). */
const ENOUGH_TO_EVICT = 0.05;

export default defineRule({
  scope: 'node',
  needs: { memory, keyspace },
  more:
    'When memory reaches maxmemory this server refuses writes, or evicts data that should be kept. ' +
    'Usually the data grows, TTLs are missing or client buffers swell. ' +
    'Find what grows, and raise maxmemory as far as the host allows while there is time.',
  check({ memory: { now }, keyspace }, { node, target, threshold }) {
    const { used_memory, used_memory_startup = 0, maxmemory, maxmemory_policy, effective } = now;
    if (maxmemory === 0 || isHealthyWhenFull(target, maxmemory_policy, keyspace.now)) return;
    const ratio = effective / maxmemory;
    const warning = threshold('warning', WARNING);
    const critical = threshold('critical', CRITICAL);
    if (ratio < Math.min(warning, critical)) return;
    if (effective - used_memory_startup < NOT_ONLY_THE_SERVER * maxmemory || ignoresMaxmemory(node)) return;
    const notCounted = now.mem_not_counted_for_evict ?? 0;
    const then = makesRoom(maxmemory_policy, keyspace.now)
      ? 'it will evict data that should be kept'
      : 'writes will fail';
    return {
      severity: ratio >= critical ? 'critical' : 'warning',
      headline: `Memory is at ${percent(ratio)} of maxmemory (${bytes(effective)} of ${bytes(maxmemory)}); when full, ${then}`,
      evidence: [
        {
          field: 'used_memory',
          value: String(used_memory),
          expected: `< ${Math.floor(warning * maxmemory) + notCounted}`,
        },
        { field: 'mem_not_counted_for_evict', value: String(notCounted), expected: 'not counted against maxmemory' },
        { field: 'maxmemory', value: String(maxmemory), expected: `> ${Math.ceil(effective / warning)}` },
        { field: 'maxmemory_policy', value: maxmemory_policy, expected: 'room to spare under this policy' },
      ],
    };
  },
});

interface Stored {
  keys: number;
  expires: number;
}

/** A cache sits at its limit for ever and is well. What is declared to hold data is not, whatever its policy. */
function isHealthyWhenFull(target: Target, policy: string, stored: Stored): boolean {
  return (target.purpose === undefined || target.purpose === 'cache') && makesRoom(policy, stored);
}

function makesRoom(policy: string, { keys, expires }: Stored): boolean {
  if (policy === 'noeviction') return false;
  return policy.startsWith('allkeys-') || (keys > 0 && expires / keys >= ENOUGH_TO_EVICT);
}
