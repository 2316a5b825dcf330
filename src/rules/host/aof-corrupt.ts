import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import { bytes } from '../../domain/units.ts';
import check, { type Damage } from '../../probes/host-aof-check.ts';
import persistence from '../../probes/persistence.ts';

/** The append-only file cannot be read again: the next restart fails or loses data. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  more:
    'The server runs from memory and does not notice, but its next start stops at the damage, or throws away everything after it. ' +
    'Usually a disk or file system that lost writes, a copy over the live file, or a second server in the same folder. ' +
    'Do not restart. While the server is well, BGREWRITEAOF writes a new file from memory; before any redis-check-aof --fix copy the whole appendonlydir, as that cuts off all that follows.',
  explains: ['crash-loop'],
  tells: 'The log of each start ends at "Bad file format reading the append only file".',
  check({ persistence: { now } }, { node }) {
    if (now.aof_enabled !== 1) return;
    const seen = readingOf(node, check);
    const { damage } = seen.now;
    if (!damage) return;
    // The end of a file that is being written looks damaged for a moment; real damage stays where it is.
    if (!seen.before) return { unassessed: 'the append-only file changed while it was checked' };
    if (now.aof_rewrite_in_progress === 1 || !isSame(seen.before.damage, damage)) return;
    const where = damage.soundUpTo === undefined ? '' : ` after ${bytes(damage.soundUpTo)}`;
    return {
      severity: 'high',
      headline: `The append-only file cannot be read${where}: the next restart stops there or loses what follows`,
      evidence: [
        {
          field: 'redis-check-aof',
          value: `${damage.file || 'the append-only file'}: ${damage.said}`,
          expected: 'valid',
        },
        ...(damage.soundUpTo === undefined
          ? []
          : [{ field: 'ok_up_to', value: String(damage.soundUpTo), expected: 'the size of the file' }]),
      ],
    };
  },
});

function isSame(one: Damage | undefined, other: Damage): boolean {
  return one?.file === other.file && one.soundUpTo === other.soundUpTo && one.said === other.said;
}
