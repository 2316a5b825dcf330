import { coverage, isWhole, type StreamShare } from '../../domain/keys/key-sample.ts';
import { defineRule } from '../../domain/rule.ts';
import { primaryOf } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import keySample from '../../probes/key-sample.ts';

/** Entries that were delivered and never acknowledged, or not delivered at all. */
const PENDING = 10_000;
const LAG = 10_000;
const CRITICAL = 1_000_000;
/** Nobody of the group has asked for anything for this long, while entries wait for an acknowledgement. */
const IDLE_SECONDS = 3600;

/** A consumer group does not keep up with its stream, or nobody works for it any more. */
export default defineRule({
  scope: 'node',
  needs: { keySample },
  more:
    'Entries of the stream wait longer and longer, and what was delivered and never acknowledged is held in memory. ' +
    'Usually the consumers died, are too slow, or take entries without XACK. Let the application claim them with ' +
    'XAUTOCLAIM, add consumers, and bound the stream with XADD MAXLEN ~.',
  explains: [
    'memory-near-maxmemory',
    'memory-forecast-oom',
    'big-key',
    'oom-noeviction-writes-rejected',
    'rss-near-memory-limit',
  ],
  tells: 'MEMORY USAGE of the stream is a large part of used_memory_dataset, and its XLEN rises.',
  check({ keySample: { now } }, { node, snapshot, threshold }) {
    if (node.identity.role === 'replica' && primaryOf(snapshot, node)) return;
    const pending = threshold('pending', PENDING);
    const lag = threshold('lag', LAG);
    const idle = threshold('idle_seconds', IDLE_SECONDS);
    const behind = now.streams.filter((stream) => reasons(stream, { pending, lag, idle }).length > 0);
    const [worst] = behind;
    // What was not seen may lag: a clean sample proves nothing.
    if (!worst) return isWhole(now) ? undefined : { unassessed: `no stream that lags among ${coverage(now)}` };
    const [why = ''] = reasons(worst, { pending, lag, idle });
    const critical = threshold('critical', CRITICAL);
    return {
      severity: behind.some((stream) => Math.max(stream.pending, stream.lag ?? 0) >= critical) ? 'critical' : 'warning',
      headline:
        behind.length === 1
          ? `A stream (${nameOf(worst)}) is not kept up with: ${why}`
          : `${behind.length} streams are not kept up with; of the worst (${nameOf(worst)}) ${why}`,
      evidence: [
        ...behind.slice(0, 5).map((stream) => ({
          field: nameOf(stream),
          value: `${stream.length} entries, ${reasons(stream, { pending, lag, idle }).join(', ')}`,
          expected: `pending < ${pending}, lag < ${lag}, consumers that work`,
        })),
        { field: 'keys sampled', value: coverage(now), expected: '' },
      ],
    };
  },
});

function reasons(stream: StreamShare, limit: { pending: number; lag: number; idle: number }): string[] {
  const idle = stream.idleSeconds ?? 0;
  return [
    ...(stream.pending >= limit.pending ? [`${stream.pending} entries are not acknowledged`] : []),
    ...((stream.lag ?? 0) >= limit.lag ? [`${stream.lag} entries are not delivered`] : []),
    ...(stream.pending > 0 && idle >= limit.idle ? [`its consumers have been idle for ${duration(idle)}`] : []),
  ];
}

function nameOf({ name, family }: StreamShare): string {
  return name ?? family;
}
