import { defineRule } from '../../domain/rule.ts';
import persistence from '../../probes/persistence.ts';

/** The append-only file cannot be written or flushed. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  more:
    'The server could not write or fsync its append-only file, nearly always because the disk is full, and refuses ' +
    'writes until it can. Free space on the volume of the file: the next write that works clears the state by itself. ' +
    'With appendfsync always the server exits on such an error.',
  explains: [
    'misconf-writes-blocked',
    'replica-disk-error-panic-risk',
    'aof-rewrite-failing',
    'shutdown-would-lose-data',
  ],
  tells: 'The refusal reads "MISCONF Errors writing to the AOF file".',
  check({ persistence: { now } }) {
    if (now.aof_enabled !== 1) return;
    if (now.aof_last_write_status === undefined) return { unassessed: 'INFO has no aof_last_write_status' };
    if (now.aof_last_write_status === 'ok') return;
    return {
      severity: 'critical',
      headline: 'The append-only file cannot be written',
      evidence: [{ field: 'aof_last_write_status', value: now.aof_last_write_status, expected: 'ok' }],
    };
  },
});
