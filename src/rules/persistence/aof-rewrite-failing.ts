import { defineRule } from '../../domain/rule.ts';
import persistence from '../../probes/persistence.ts';

/** The append-only file could not be compacted. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  more:
    'The last rewrite of the append-only file failed, so it grows without bound until the disk is full, and restarts ' +
    'get slower. Usual causes: no disk space for a second copy, or no memory to fork. Repair that and run BGREWRITEAOF; ' +
    'after three failures the server itself waits up to an hour between attempts.',
  explains: ['aof-size-runaway'],
  check({ persistence: { now } }) {
    if (now.aof_enabled !== 1 || now.aof_last_bgrewrite_status !== 'err') return;
    return {
      severity: 'high',
      headline: 'The last rewrite of the append-only file failed',
      evidence: [
        { field: 'aof_last_bgrewrite_status', value: 'err', expected: 'ok' },
        ...(now.aof_rewrites_consecutive_failures
          ? [
              {
                field: 'aof_rewrites_consecutive_failures',
                value: String(now.aof_rewrites_consecutive_failures),
                expected: '0',
              },
            ]
          : []),
      ],
    };
  },
});
