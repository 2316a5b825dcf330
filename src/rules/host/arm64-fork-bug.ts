import { defineRule } from '../../domain/rule.ts';
import { atLeast } from '../../domain/server.ts';
import kernel from '../../probes/host-kernel.ts';
import config from '../../probes/process-config.ts';

/** The kernel that kept pages clean which a fork had written to was mended in 5.10, and in some older ones by their distributions. */
const MENDED = '5.10';

/** A bug of old arm64 kernels can make snapshots lose writes. */
export default defineRule({
  scope: 'node',
  needs: { kernel, config },
  more:
    'Kernels for arm64 before 5.10 can forget that a page was written while a child process exists, so that snapshots, and the data after them, are silently wrong. ' +
    'The server tests for this when it starts and refuses to run; here it was told to ignore the result (ignore-warnings ARM64-COW-BUG). ' +
    'Update the kernel, take the line out of the configuration and restart; until then trust no snapshot of this host without a check.',
  check({ kernel: { now }, config }) {
    if (now.machine === undefined) return { unassessed: 'the host does not tell its kind of processor' };
    if (now.machine !== 'aarch64' && now.machine !== 'arm64') return;
    const ignored = config.now.ignore_warnings;
    // From 6.2 on a server with the bug does not start, unless it is told to.
    if (ignored !== undefined && !/ARM64-COW-BUG/i.test(ignored)) return;
    if (atLeast(now.release.replace(/[^\d.].*$/, ''), MENDED)) return;
    return {
      severity: 'critical',
      headline: `The server ignores the bug of arm64 kernels that corrupts snapshots, and its kernel is ${now.release}`,
      evidence: [
        { field: 'kernel', value: `${now.release} ${now.machine}`, expected: `>= ${MENDED}` },
        { field: 'ignore-warnings', value: ignored ?? 'unknown', expected: 'without ARM64-COW-BUG' },
      ],
    };
  },
});
