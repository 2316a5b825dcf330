import type { Evidence } from '../../domain/finding.ts';
import { coverage, type KeySample } from '../../domain/keys/key-sample.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import type { Purpose } from '../../domain/target.ts';
import { percent } from '../../domain/units.ts';
import keySample from '../../probes/key-sample.ts';
import keyspace from '../../probes/keyspace.ts';
import memory from '../../probes/memory.ts';

/** Below this share of keys that expire, it is no slip of a few keys: nobody sets TTLs. */
const EXPIRING = 0.2;
const ENOUGH_KEYS = 1000;

/** What is meant to go by itself one day. */
const FLEETING: readonly (Purpose | undefined)[] = ['cache', 'session'];

export default defineRule({
  scope: 'node',
  needs: { memory, keyspace },
  latent: true,
  more:
    'What this deployment holds is meant to be for a time, but most keys have no expiry and the policy does not evict them, so they stay until memory is full and writes fail. ' +
    'Usually one code path writes without a TTL, or an update with SET drops the TTL that was there. ' +
    'Set TTLs where the keys are written (EX, or KEEPTTL on updates); for a pure cache, set maxmemory and an allkeys-* policy.',
  explains: ['memory-forecast-oom', 'volatile-policy-without-ttl', 'memory-near-maxmemory'],
  tells: 'keys of INFO keyspace rises for days while expires does not, and used_memory_dataset rises with it.',
  check({ memory: { now }, keyspace }, { node, target, threshold }) {
    const named = forever(readingIfAny(node, keySample)?.now);
    if (named && node.identity.role === 'primary') return named;
    const { keys, expires } = keyspace.now;
    if (!FLEETING.includes(target.purpose) || node.identity.role === 'replica') return;
    if (hasOtherRemedy(now) || keys <= ENOUGH_KEYS) return;
    const wanted = threshold('keys_with_expiry', EXPIRING);
    if (expires / keys >= wanted) return;
    return foundIn(`${target.purpose}`, { keys, expires }, [
      { field: 'expires / keys', value: `${expires} / ${keys}`, expected: `>= ${percent(wanted)}` },
      { field: 'maxmemory_policy', value: now.maxmemory_policy, expected: 'allkeys-*, or keys that expire' },
    ]);
  },
});

/** Keys under prefixes that the owner says must expire, whatever the policy: a lock that stays is held for ever. */
function forever(sample: KeySample | undefined): Found | undefined {
  const wrong = (sample?.mustExpire ?? []).filter((one) => one.forever > 0);
  const [first] = wrong.toSorted((one, other) => other.forever - one.forever);
  if (!sample || !first) return undefined;
  return {
    severity: 'warning',
    headline: `${first.forever} of ${first.keys} keys under ${first.prefix} never expire, and they must`,
    evidence: [
      ...wrong.map(({ prefix, keys, forever: count }) => ({
        field: `${prefix}*`,
        value: `${count} of ${keys} without expiry`,
        expected: '0, as the target says',
      })),
      { field: 'keys sampled', value: coverage(sample), expected: '' },
    ],
  };
}

/** An allkeys-* policy needs no TTLs; under volatile-* their absence is volatile-policy-without-ttl. */
function hasOtherRemedy({ maxmemory, maxmemory_policy }: { maxmemory: number; maxmemory_policy: string }): boolean {
  return maxmemory > 0 && maxmemory_policy !== 'noeviction';
}

function foundIn(purpose: string, { keys, expires }: { keys: number; expires: number }, evidence: Evidence[]): Found {
  return {
    severity: 'warning',
    headline: `${keys - expires} of ${keys} keys of a ${purpose} never expire, and nothing evicts them`,
    evidence,
  };
}
