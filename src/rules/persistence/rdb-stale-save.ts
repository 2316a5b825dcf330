import { defineRule } from '../../domain/rule.ts';
import { savePoints } from '../../domain/save-points.ts';
import { readingOf } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import clock from '../../probes/clock.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';

/** A save may be late by its own length; twice the largest interval is more than late. */
const INTERVALS = 2;

/** The newest RDB snapshot is older than the save points, or the owner, allow, and there are changes to lose. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  more:
    'A crash now loses every change since the last snapshot. Either saves fail or hang, or the save points are too far ' +
    'apart for the loss that the owner accepts. Run BGSAVE when memory and disk allow a fork; for a loss of a second ' +
    'or two at most, switch on the append-only file.',
  check({ persistence: { now } }, { node, target, threshold }) {
    const changes = now.rdb_changes_since_last_save;
    // With AOF the snapshot is not the durable path, and a replica has its primary.
    if (node.identity.role !== 'primary' || now.aof_enabled === 1 || changes === 0) return;
    const points = savePoints(readingOf(node, persistenceConfig).now.save);
    if (points.length === 0) return;
    const largest = points.reduce((one, other) => (other.seconds > one.seconds ? other : one));
    // Without a save since start rdb_last_save_time is the start; changes since then are no older than that.
    const age = readingOf(node, clock).now.epochSeconds - now.rdb_last_save_time;
    const intervals = threshold('intervals', INTERVALS);
    // Below its count of changes the largest save point is not due, however old the snapshot is.
    const overdue = changes >= largest.changes && age > intervals * largest.seconds;
    const accepted = target.objectives.dataLossSeconds;
    const tooMuch = accepted !== undefined && age > accepted;
    if (!overdue && !tooMuch) return;
    const since = now.rdb_last_bgsave_time_sec === -1 ? 'no save since the start' : 'the last save was';
    return {
      severity: tooMuch ? 'critical' : 'warning',
      headline: `${changes} changes are on no disk: ${since} ${duration(age)} ago`,
      evidence: [
        {
          field: 'TIME - rdb_last_save_time',
          value: String(Math.round(age)),
          expected: `<= ${tooMuch ? accepted : intervals * largest.seconds}`,
        },
        { field: 'rdb_changes_since_last_save', value: String(changes), expected: '0' },
        { field: 'rdb_last_bgsave_time_sec', value: String(now.rdb_last_bgsave_time_sec), expected: '>= 0' },
      ],
    };
  },
});
