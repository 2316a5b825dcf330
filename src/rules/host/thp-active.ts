import { defineRule } from '../../domain/rule.ts';
import { bytes, percent } from '../../domain/units.ts';
import hugePages from '../../probes/host-huge-pages.ts';
import process from '../../probes/host-process.ts';

/** Transparent huge pages hold the server's memory, or may at any time. */
export default defineRule({
  scope: 'node',
  needs: { hugePages, process },
  more:
    'While a snapshot or rewrite runs, each first write to a page copies 2 MiB instead of 4 KiB, so that writes stall and memory grows far beyond the data. ' +
    'The server opts out by itself unless it is told not to (disable-thp no) or is older than 6.2. ' +
    'Set transparent_hugepage to madvise or never at boot (kernel command line, tuned or a systemd unit) and restart the server: pages that it has stay until then.',
  explains: [
    'slow-commands-present',
    'fast-command-spikes',
    'command-latency-p99-high',
    'fork-slow',
    'cow-oom-risk',
    'rss-overhead-nonallocator',
  ],
  tells:
    'It is slow only while a snapshot or rewrite runs, and AnonHugePages in /proc/PID/smaps_rollup is a large part of the memory.',
  check({ hugePages: { now }, process: { now: own } }) {
    if (now.enabled !== 'always' || own.hugePagesAllowed === false) return;
    const { inHugePages } = now;
    const setting = { field: 'transparent_hugepage/enabled', value: 'always', expected: 'madvise or never' };
    const allowed = {
      field: 'THP_enabled of the process',
      value: own.hugePagesAllowed ? '1' : 'not told',
      expected: '0',
    };
    if (inHugePages !== undefined && inHugePages > 0) {
      const share = own.resident ? `, ${percent(inHugePages / own.resident)} of its memory` : '';
      return {
        severity: 'high',
        headline: `${bytes(inHugePages)} of the server lie in transparent huge pages${share}`,
        evidence: [
          { field: 'AnonHugePages of the process', value: String(inHugePages), expected: '0' },
          setting,
          allowed,
        ],
      };
    }
    if (own.hugePagesAllowed === true) {
      return {
        severity: 'warning',
        headline: 'The server did not opt out of transparent huge pages, and the host gives them to everyone',
        evidence: [setting, allowed],
      };
    }
    if (inHugePages === 0) return;
    return { unassessed: 'neither /proc/PID/status nor smaps_rollup tells whether the server is in huge pages' };
  },
});
