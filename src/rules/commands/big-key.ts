import { BIG, sizeSeverity } from '../../domain/big-key.ts';
import { severityRank } from '../../domain/finding.ts';
import type { SizeBin } from '../../domain/key-sizes.ts';
import { coverage, isWhole, type KeySample } from '../../domain/keys/key-sample.ts';
import { defineRule, type Verdict } from '../../domain/rule.ts';
import { primaryOf, readingIfAny } from '../../domain/snapshot.ts';
import { bytes } from '../../domain/units.ts';
import keySample from '../../probes/key-sample.ts';
import keySizes from '../../probes/key-sizes.ts';

const NOT_COUNTED =
  'the sizes of keys are counted by Redis 8.0 and newer; elsewhere a sample of the keys (--deep) can tell';

export default defineRule({
  scope: 'node',
  needs: { keySizes },
  explains: [
    'big-key-delete-blocking',
    'bulk-read-misuse',
    'slow-commands-present',
    'command-latency-p99-high',
    'large-replies',
    'cluster-imbalance',
    'eviction-latency',
  ],
  tells: 'MEMORY USAGE of the key in the slow entries is many megabytes, and the same command is quick on other keys.',
  more:
    'Commands that read, write out or free such a key as a whole hold up everybody for as long as they take, and it cannot be spread over shards. ' +
    'Usually something that grows has no bound: a list without a trim, a hash of all users, a cached page of everything. ' +
    'Split it by id or time, bound it (LTRIM, XTRIM, expiries), read it in pages, and remove it with UNLINK, never DEL.',
  check({ keySizes: { now } }, { node, snapshot }) {
    // A replica holds what its primary does, which tells.
    if (primaryOf(snapshot, node)) return;
    if (now.bins === undefined) return sampled(readingIfAny(node, keySample)?.now);
    const big = now.bins.flatMap((bin) => {
      const severity = sizeSeverity(smallestOf(bin));
      return severity === undefined ? [] : [{ ...bin, severity }];
    });
    const [worst] = big.toSorted(
      (one, other) => severityRank(one.severity) - severityRank(other.severity) || other.atLeast - one.atLeast,
    );
    if (!worst) return;
    const keys = big.reduce((sum, bin) => sum + bin.keys, 0);
    return {
      severity: worst.severity,
      headline: `${keys === 1 ? 'A key is' : `${keys} keys are`} very large: a ${worst.type} of ${sizeOf(worst)} or more`,
      evidence: big.map((bin) => ({
        field: `keysizes ${bin.type}`,
        value: `${bin.keys} of ${sizeOf(bin)} to ${sizeOf({ ...bin, atLeast: 2 * bin.atLeast })}`,
        expected: bin.type === 'string' ? `<= ${bytes(BIG.stringBytes)}` : `<= ${BIG.elements} elements`,
      })),
    };
  },
});

/** Where the server does not count sizes. What was not seen may be large: a clean sample proves nothing. */
function sampled(sample: KeySample | undefined): Verdict {
  if (!sample) return { unassessed: NOT_COUNTED };
  const big = sample.biggest.flatMap((key) => {
    const severity = sizeSeverity({
      type: key.type,
      ...(key.bytes !== undefined && { bytes: key.bytes }),
      ...(key.length !== undefined && key.type !== 'string' && { elements: key.length }),
    });
    return severity === undefined ? [] : [{ ...key, severity }];
  });
  const [worst] = big.toSorted((one, other) => severityRank(one.severity) - severityRank(other.severity));
  if (!worst) return isWhole(sample) ? undefined : { unassessed: `no large key among ${coverage(sample)}` };
  return {
    severity: worst.severity,
    headline: `${big.length === 1 ? 'A key is' : `${big.length} keys are`} very large: a ${worst.type} ${worst.name ?? worst.family}`,
    evidence: [
      ...big.map(({ name, family, type, bytes: size, length }) => ({
        field: `${type} ${name ?? family}`,
        value: [
          size === undefined ? '' : bytes(size),
          length === undefined || type === 'string' ? '' : `${length} elements`,
        ]
          .filter(Boolean)
          .join(', '),
        expected: type === 'string' ? `<= ${bytes(BIG.stringBytes)}` : `<= ${BIG.elements} elements`,
      })),
      { field: 'keys sampled', value: coverage(sample), expected: '' },
    ],
  };
}

/** A bin says how large its keys are at least; a string of exactly 1 MiB is at the limit, not above it. */
function smallestOf({ type, atLeast }: SizeBin) {
  return type === 'string' ? { type, bytes: atLeast + 1 } : { type, elements: atLeast };
}

function sizeOf({ type, atLeast }: Pick<SizeBin, 'type' | 'atLeast'>): string {
  return type === 'string' ? bytes(atLeast) : `${atLeast} elements`;
}
