import type { Evidence } from '../../domain/finding.ts';
import { printable } from '../../domain/printable.ts';
import { growth, type Reading } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import commandStats from '../../probes/command-stats.ts';
import hostLog from '../../probes/host-log.ts';
import persistence from '../../probes/persistence.ts';
import stats from '../../probes/stats.ts';

interface Statuses {
  rdb_last_bgsave_status: string;
  aof_last_bgrewrite_status: string | undefined;
}

/** The server cannot start the child that a snapshot, a rewrite or a full sync needs. */
export default defineRule({
  scope: 'node',
  needs: { persistence, stats },
  more:
    'The kernel refuses to fork the server, so nothing can be saved, the append-only file cannot be compacted and no ' +
    'replica can attach. Usually vm.overcommit_memory is not 1, or memory is short; a limit on processes (pids.max, ' +
    'ulimit -u) or a seccomp profile does the same. The server log has the reason ("Can\'t save in background: fork: …"). ' +
    'Set vm.overcommit_memory to 1, or make room, then run BGSAVE.',
  explains: [
    'rdb-bgsave-failing',
    'aof-rewrite-failing',
    'misconf-writes-blocked',
    'rdb-stale-save',
    'replica-disk-error-panic-risk',
    'replica-never-synced',
    'replica-link-down',
    'shutdown-would-lose-data',
    'replica-full-resync-loop',
  ],
  tells: `The log of the server says "Can't save in background: fork", so that no child is ever started.`,
  check({ persistence: disk, stats }, { node, target }) {
    const { now } = disk;
    if (now.rdb_last_bgsave_status !== 'err' && now.aof_last_bgrewrite_status !== 'err') return;
    const forks = stats.now.total_forks;
    const log = readingIfAny(node, hostLog)?.now;
    // The log tells why, unless the disk failed as well: then only counts tell which of them it was.
    if (log?.forkFailed && !log.writeFailed) {
      return found(now, target.purpose, [
        { field: 'server log', value: printable(log.forkFailed, 200), expected: 'no failed fork' },
      ]);
    }
    if (forks === undefined) return { unassessed: 'INFO has no total_forks' };
    const saves = savesWithoutFork(readingIfAny(node, commandStats));
    const tried = attempts(now);
    if (tried === undefined) {
      // 6.2 does not count attempts: only where none ever came to a child is it certain.
      if (forks > 0)
        return { unassessed: 'this version does not count its saves; the server log says whether fork fails' };
      return found(now, target.purpose, [{ field: 'total_forks', value: '0', expected: 'one for each save' }]);
    }
    const triedMeanwhile = (growth(disk, (sample) => attempts(sample)) ?? 0) - saves.meanwhile;
    const forkedMeanwhile = growth(stats, (sample) => sample.total_forks) ?? 0;
    // A diskless sync forks and counts no save, so more forks than attempts prove nothing.
    if (tried - saves.ever <= forks && triedMeanwhile <= forkedMeanwhile) return;
    return found(now, target.purpose, [
      {
        field: 'rdb_saves + aof_rewrites - SAVE',
        value: `${tried - saves.ever} (+${Math.max(0, triedMeanwhile)})`,
        expected: 'a fork for each',
      },
      { field: 'total_forks', value: `${forks} (+${forkedMeanwhile})`, expected: `>= ${tried - saves.ever}` },
    ]);
  },
});

function found(
  { rdb_last_bgsave_status, aof_last_bgrewrite_status }: Statuses,
  purpose: string | undefined,
  evidence: readonly Evidence[],
) {
  return {
    severity: purpose === 'cache' ? ('high' as const) : ('critical' as const),
    headline: 'The server cannot fork: saves are tried and no child is started',
    evidence: [
      ...(rdb_last_bgsave_status === 'err' ? [failed('rdb_last_bgsave_status')] : []),
      ...(aof_last_bgrewrite_status === 'err' ? [failed('aof_last_bgrewrite_status')] : []),
      ...evidence,
    ],
  };
}

function failed(field: string): Evidence {
  return { field, value: 'err', expected: 'ok' };
}

/** Both are counted right before the fork, whether or not it works. */
function attempts(sample: { rdb_saves: number | undefined; aof_rewrites: number | undefined }): number | undefined {
  const { rdb_saves, aof_rewrites } = sample;
  return rdb_saves === undefined || aof_rewrites === undefined ? undefined : rdb_saves + aof_rewrites;
}

/** SAVE counts as a save and needs no child. */
function savesWithoutFork(reading: Reading<ReturnType<typeof commandStats.read>> | undefined) {
  const calls = (sample: ReturnType<typeof commandStats.read>) => sample.commands.get('save')?.calls ?? 0;
  return reading ? { ever: calls(reading.now), meanwhile: growth(reading, calls) ?? 0 } : { ever: 0, meanwhile: 0 };
}
