import { defineRule } from '../../domain/rule.ts';
import { changeRate, saveInterval, savePoints } from '../../domain/save-points.ts';
import { readingIfAny, readingOf, replicasOf } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import clock from '../../probes/clock.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';

/** Nobody said what a store may lose: a quarter of an hour at its busiest is more than anybody would expect. */
const WARNING_SECONDS = 900;

/** Snapshots are all that is kept on disk, and they are further apart than the data may be old. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  latent: true,
  more:
    'A crash loses everything since the last snapshot, and the save points let that be long ago. Snapshots alone suit data ' +
    'that can be made again. Switch on the append-only file, which loses one to two seconds (CONFIG SET appendonly yes, ' +
    'wait for the rewrite, then CONFIG REWRITE), or set closer save points.',
  explains: ['rdb-stale-save'],
  check({ persistence: disk }, { node, snapshot, target, threshold }) {
    if (node.identity.role !== 'primary' || disk.now.aof_enabled === 1) return;
    const accepted = target.objectives.dataLossSeconds;
    const isStore = target.purpose !== undefined && target.purpose !== 'cache';
    if (accepted === undefined && !isStore) return;
    const { save } = readingOf(node, persistenceConfig).now;
    const points = savePoints(save);
    if (points.length === 0) return; // Nothing is kept at all: no-persistence-configured.
    const changes = changeRate(disk, readingOf(node, clock).now.epochSeconds);
    const loss =
      accepted === undefined ? Math.min(...points.map(({ seconds }) => seconds)) : saveInterval(points, changes);
    const allowed = accepted ?? threshold('seconds', WARNING_SECONDS);
    if (accepted === undefined ? loss < allowed : loss <= allowed) return;
    const covered = replicasOf(snapshot, node).some((one) => readingIfAny(one, persistence)?.now.aof_enabled === 1);
    return {
      severity: covered ? 'info' : 'warning',
      headline: `A crash may lose ${Number.isFinite(loss) ? `the writes of ${duration(loss)}` : 'any number of writes: too few changes make no snapshot due'}; the append-only file is off${covered ? ' here, but on at a replica' : ''}`,
      evidence: [
        { field: 'save', value: save, expected: `a snapshot within ${duration(allowed)}` },
        { field: 'aof_enabled', value: '0', expected: '1' },
        { field: 'changes per second', value: changes.toFixed(1), expected: 'enough to make a snapshot due' },
      ],
    };
  },
});
