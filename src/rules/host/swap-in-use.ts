import { rate } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { bytes, percent } from '../../domain/units.ts';
import kernel from '../../probes/host-kernel.ts';
import hostMemory from '../../probes/host-memory.ts';
import process from '../../probes/host-process.ts';

/** A few pages that are never used may be swapped out without harm. */
const MUCH = 50 * 1024 * 1024;
/** Pages of 4 KiB per second, in and out, from which a host is swapping rather than tidying up. */
const BUSY = 100;

/** Part of the server's memory is on disk. */
export default defineRule({
  scope: 'node',
  needs: { process, hostMemory, kernel },
  more:
    'A command that touches a page on disk stops the whole server until it has been read back, a thousand times slower than memory; a snapshot touches every page. ' +
    'Usually the host holds more than its memory: maxmemory is too high for it, or other processes grew. ' +
    'Make room (lower maxmemory, move something away) and set vm.swappiness to 1-10; do not switch swap off while it is used, as that can end the server at once.',
  explains: [
    'slow-commands-present',
    'fast-command-spikes',
    'command-latency-p99-high',
    'fork-slow',
    'fragmentation-below-one-swap',
    'event-loop-saturated',
    'rdb-save-stuck',
    'replica-ack-lag',
    'replica-lag-bytes',
    'sentinel-tilt',
  ],
  tells: 'vmstat 1 shows si and so above 0 in the slow moments, and quick commands such as GET are slow as well.',
  check({ process: { now: own }, hostMemory: host, kernel: { now: settings } }, { threshold }) {
    const { swapped } = own;
    if (swapped === undefined) return { unassessed: 'the kernel does not tell how much of the process is swapped out' };
    const pages = rate(host, (now) => sumOf(now.pagesSwappedIn, now.pagesSwappedOut));
    const busy = pages !== undefined && pages >= threshold('pages_per_second', BUSY);
    const much = swapped > threshold('bytes', MUCH);
    if (!much && !(busy && swapped > 0)) return;
    const whole = swapped + (own.resident ?? 0);
    return {
      severity: much ? 'high' : 'warning',
      headline: `${bytes(swapped)} of the server are swapped out, ${percent(swapped / whole)} of its memory${busy ? `, and the host swaps ${bytes(pages * 4096)}/s` : ''}`,
      evidence: [
        { field: 'VmSwap of the process', value: String(swapped), expected: `<= ${MUCH}` },
        ...(pages === undefined
          ? []
          : [{ field: 'pswpin + pswpout', value: `${Math.round(pages)} pages/s`, expected: 'near 0' }]),
        ...(settings.swappiness === undefined
          ? []
          : [{ field: 'vm.swappiness', value: String(settings.swappiness), expected: '1-10' }]),
      ],
    };
  },
});

function sumOf(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}
