import { defineRule } from '../../domain/rule.ts';
import { percent } from '../../domain/units.ts';
import keyspace from '../../probes/keyspace.ts';
import memory from '../../probes/memory.ts';

const ENOUGH_TO_EVICT = 0.2;
const ENOUGH_KEYS = 1000;

export default defineRule({
  scope: 'node',
  needs: { memory, keyspace },
  latent: true,
  more:
    'A volatile-* policy evicts only keys that have an expiry; with so few of them the server will refuse writes when it is full. ' +
    'Usually the policy came with the service and the application sets no TTLs. ' +
    'Set TTLs, or choose noeviction or allkeys-* on purpose, before memory is full.',
  check({ memory: { now }, keyspace }, { node, threshold }) {
    const { keys, expires } = keyspace.now;
    const { maxmemory, maxmemory_policy } = now;
    if (maxmemory === 0 || !maxmemory_policy.startsWith('volatile-') || node.identity.role === 'replica') return;
    const wanted = threshold('keys_with_expiry', ENOUGH_TO_EVICT);
    if (keys <= ENOUGH_KEYS || expires / keys >= wanted) return;
    return {
      severity: 'warning',
      headline: `Only ${expires} of ${keys} keys have an expiry, so ${maxmemory_policy} can evict little`,
      evidence: [
        { field: 'expires / keys', value: `${expires} / ${keys}`, expected: `>= ${percent(wanted)}` },
        { field: 'maxmemory_policy', value: maxmemory_policy, expected: 'volatile-* only where keys have an expiry' },
      ],
    };
  },
});
