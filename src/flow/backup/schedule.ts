import { createHash } from 'node:crypto';
import { type Backup, newestFirst } from '../../domain/backup.ts';
import { type BackupSchedule, dueAfter, periodOf } from '../../domain/backup-schedule.ts';
import type { TargetName } from '../../domain/ids.ts';
import { ACTIVE_RUN_STATES } from '../../domain/run.ts';
import type { Target } from '../../domain/target.ts';
import type { Ports } from '../ports.ts';
import { backUpTarget, prune } from './back-up-target.ts';
import type { Works } from './works.ts';

/** Targets with one time of day do not all begin at once: each has a moment of its own within this. */
const SPREAD_MS = 5 * 60_000;
/** After a failure it is tried again after a quarter of the period, and after no more than this. */
const RETRY_MS = 15 * 60_000;

/** Backups by themselves. */
export interface Schedule {
  /** For a timer: asks for the backups that are due, tells how old the newest are, and clears away what was left half done. */
  tick(ask: (name: TargetName) => Promise<void>): Promise<void>;
  /** Backs one up, if it still is due: another process may have done so meanwhile. */
  run(name: TargetName): Promise<void>;
}

export function makeSchedule(ports: Ports, works: Works): Schedule {
  const { clock, targets, log } = ports;
  /** When it failed last, here: what an other process saw it tries again itself. */
  const failed = new Map<TargetName, number>();

  async function isDue(target: Target): Promise<boolean> {
    const schedule = target.backup?.schedule;
    if (!schedule) return false;
    const now = clock.now();
    const retry = Math.min(RETRY_MS, (periodOf(schedule) * 1000) / 4);
    if (now - (failed.get(target.name) ?? 0) < retry) return false;
    return now >= nextFor(target.name, schedule, await works.catalog.list(target.name));
  }

  return {
    async tick(ask) {
      try {
        for (const target of targets.values()) {
          if (await isDue(target)) await ask(target.name);
          measure(ports, target.name, await works.catalog.list(target.name));
        }
        await works.catalog.tidy();
      } catch (error) {
        log.error({ err: error, place: works.catalog.place.shown }, 'the backups could not be looked after');
      }
    },
    async run(name) {
      const target = targets.get(name);
      if (!target || !(await isDue(target)) || (await isBusy(ports, name))) return;
      const outcomes = await backUpTarget(works, ports.shelves, { target, reason: { kind: 'schedule' } });
      const bad = outcomes.filter(({ kind }) => kind !== 'taken');
      if (bad.length > 0 || outcomes.length === 0) failed.set(name, clock.now());
      else failed.delete(name);
      for (const outcome of bad) {
        const because = outcome.kind === 'taken' ? '' : outcome.because;
        log.warn({ target: name, node: outcome.node, because }, 'a scheduled backup was not taken');
      }
      // What is old may be all that there is, as long as nothing new has come.
      if (outcomes.length > 0 && bad.length === 0) await prune(works, target);
    },
  };
}

function measure({ meter, clock }: Ports, target: TargetName, backups: readonly Backup[]): void {
  const good = newestFirst(backups.filter(({ verification }) => verification.verdict !== 'broken'));
  if (good[0]) meter.set('redis_medic_backup_age_seconds', (clock.now() - good[0].takenAt) / 1000, { target });
  const size = backups.reduce((sum, { bytes }) => sum + bytes, 0);
  if (backups.length > 0) meter.set('redis_medic_backup_bytes', size, { target });
}

/** A restore or a failover of the target is under way: a copy of it now would be of neither state. */
async function isBusy({ store }: Ports, name: TargetName): Promise<boolean> {
  const active = await store.transaction((tx) => tx.runs({ states: ACTIVE_RUN_STATES, limit: 100 }));
  return active.some(({ target, group }) => target === name && group !== null);
}

/** Epoch ms of the next backup; 0 when there is none yet. */
export function nextFor(name: TargetName, schedule: BackupSchedule, backups: readonly Backup[]): number {
  const [last] = newestFirst(backups.filter(({ reason }) => reason.kind !== 'safety-copy'));
  if (!last) return 0;
  if (schedule.kind === 'every') return dueAfter(schedule, last.takenAt);
  const own = Math.floor((createHash('sha256').update(name).digest().readUInt32BE() / 2 ** 32) * SPREAD_MS);
  return dueAfter(schedule, last.takenAt - own) + own;
}
