import { histogramOf } from '../../domain/command-load.ts';
import { callsUpTo, type Histogram, percentile } from '../../domain/histogram.ts';
import { defineRule } from '../../domain/rule.ts';
import { isIndependentOfData } from '../../domain/slow-log.ts';
import { milliseconds } from '../../domain/units.ts';
import commandStats from '../../probes/command-stats.ts';
import latencyHistogram from '../../probes/latency-histogram.ts';

/** Milliseconds that one call in a hundred takes, and how many times the half of the calls that is. */
const P99_MS = 5;
const TIMES_P50 = 10;

/** The hundredth part of fewer calls is chance, and so are fewer slow ones. */
const FEWEST_CALLS = 100;
const FEWEST_SLOW = 3;

/** The buckets double: a value is taken to lie in their middle. */
const MIDDLE = 0.75;

interface Tail {
  command: string;
  calls: number;
  p50: number;
  p99: number;
}

export default defineRule({
  scope: 'node',
  needs: { commandStats, latencyHistogram },
  more:
    'Most calls of this command are quick, but one in a hundred takes many times as long, and everybody waits behind it. ' +
    'Usually a few keys are far larger than the rest, or some callers ask for everything where others ask for a page. ' +
    'Find those calls in SLOWLOG, split the large keys, and bound what one call may ask for.',
  check({ commandStats, latencyHistogram }, { threshold }) {
    if (!commandStats.before || !latencyHistogram.before) return { unassessed: 'percentiles of now need two samples' };
    const [least, times] = [threshold('p99_ms', P99_MS), threshold('times_p50', TIMES_P50)];
    const long = [...latencyHistogram.now.histograms.keys()]
      // A quick command that is slow at times is held up by the host, which another finding tells of.
      .filter((command) => !isIndependentOfData({ command, argumentCount: 1 }))
      .flatMap((command) => tailOf(command, histogramOf(command, latencyHistogram, commandStats.before)) ?? [])
      .filter(({ p50, p99 }) => p99 > least && p99 > times * p50)
      .toSorted((one, other) => other.p99 - one.p99);
    const [worst] = long;
    if (!worst) return;
    return {
      severity: 'warning',
      headline: `One in a hundred ${worst.command.toUpperCase()} takes about ${milliseconds(worst.p99)}, half of them no more than ${milliseconds(worst.p50)}`,
      evidence: long.map(({ command, calls, p50, p99 }) => ({
        field: `p99 of ${command}`,
        value: `${milliseconds(p99)} over ${calls} calls`,
        expected: `<= ${milliseconds(Math.max(least, times * p50))}`,
      })),
    };
  },
});

function tailOf(command: string, histogram: Histogram | undefined): Tail | undefined {
  if (!histogram || histogram.calls < FEWEST_CALLS) return undefined;
  const [p50, p99] = [percentile(histogram, 0.5), percentile(histogram, 0.99)];
  if (!p50 || !p99 || histogram.calls - callsUpTo(histogram, p99.above) < FEWEST_SLOW) return undefined;
  const middle = ({ atMost }: { atMost: number }) => (atMost * MIDDLE) / 1000;
  return { command, calls: histogram.calls, p50: middle(p50), p99: middle(p99) };
}
