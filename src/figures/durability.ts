import { rate } from '../domain/probe.ts';
import { defineFigure } from '../domain/readiness.ts';
import { savePoints } from '../domain/save-points.ts';
import { duration } from '../domain/units.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import stats from '../probes/stats.ts';

/** With everysec the file is synced each second, and a sync under way may be waited for as long again (aof.c). */
const EVERYSEC_LOSS = 2;
/** The kernel writes dirty pages back after 30 s by default. */
const NO_FSYNC_LOSS = 30;

/** How many seconds of writes a crash would cost as it is configured now, and with the append-only file. */
export default defineFigure({
  needs: { persistence, persistenceConfig, stats },
  tell({ persistence, persistenceConfig: { now: config }, stats }, { node, target }) {
    if (node.identity.role !== 'primary') return;
    const allowed = target.objectives.dataLossSeconds;
    const now = lossNow(
      persistence.now.aof_enabled === 1,
      config,
      rate(stats, (one) => one.total_commands_processed),
    );
    const ok = allowed === undefined ? undefined : now.seconds <= allowed;
    return {
      said: `a crash costs ${now.text}${allowed === undefined ? '' : `; allowed: ${duration(allowed)}`}`,
      ...(ok !== undefined && { ok }),
      evidence: [
        { field: 'appendonly', value: config.appendonly, expected: allowed === undefined ? '' : 'yes, for seconds' },
        { field: 'save', value: config.save, expected: '' },
      ],
      fix:
        ok === false
          ? `With appendonly yes and appendfsync everysec a crash costs up to ${EVERYSEC_LOSS} s; the change needs one rewrite and no restart.`
          : '',
    };
  },
});

interface Settings {
  save: string;
  appendfsync: string | undefined;
  no_appendfsync_on_rewrite: string | undefined;
}

function lossNow(aof: boolean, config: Settings, opsPerSecond: number | undefined): { seconds: number; text: string } {
  if (aof) {
    if (config.appendfsync === 'always') return { seconds: 0, text: 'no acknowledged write (appendfsync always)' };
    if (config.appendfsync === 'no')
      return { seconds: NO_FSYNC_LOSS, text: `up to about ${NO_FSYNC_LOSS} s of writes (appendfsync no)` };
    const rewriting = config.no_appendfsync_on_rewrite === 'yes' ? ', and all of a rewrite while one runs' : '';
    return { seconds: EVERYSEC_LOSS, text: `up to ${EVERYSEC_LOSS} s of writes (appendfsync everysec${rewriting})` };
  }
  const points = savePoints(config.save);
  if (points.length === 0) return { seconds: Number.POSITIVE_INFINITY, text: 'all data: neither RDB nor AOF is on' };
  // The shortest save point that the present rate of writes can reach within its time.
  const reached = points.filter(({ seconds, changes }) => (opsPerSecond ?? 0) * seconds >= changes);
  const seconds = Math.min(
    ...(reached.length > 0 ? reached : points.toSorted((a, b) => b.seconds - a.seconds).slice(0, 1)).map(
      (point) => point.seconds,
    ),
  );
  return { seconds, text: `up to ${duration(seconds)} of writes and the time of a save (RDB only)` };
}
