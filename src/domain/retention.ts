import { type Backup, isVerified, newestFirst } from './backup.ts';
import type { Keep } from './backup-schedule.ts';

const DAY_MS = 24 * 3600_000;
/** What a restore replaced may be wanted back. */
const SAFETY_MS = 7 * DAY_MS;

/**
 * The backups that are no longer kept, oldest first. One stays when it is among the last or young enough; a safety copy
 * stays for a week and counts for nobody; the newest verified one of each server group always stays. Without a rule all do.
 */
export function expendable(backups: readonly Backup[], keep: Keep, now: number): Backup[] {
  if (keep.last === undefined && keep.days === undefined) return [];
  return groups(backups)
    .flatMap((group) => ofGroup(newestFirst(group), keep, now))
    .toReversed();
}

function ofGroup(backups: readonly Backup[], { last = 0, days = 0 }: Keep, now: number): Backup[] {
  const isSafety = ({ reason }: Backup) => reason.kind === 'safety-copy';
  const counted = backups.filter((one) => !isSafety(one) && one.verification.verdict !== 'broken');
  const good = backups.find(isVerified) ?? counted[0];
  const kept = new Set([...counted.slice(0, last), ...(good ? [good] : [])]);
  const young = (one: Backup) => now - one.takenAt < Math.max(days * DAY_MS, isSafety(one) ? SAFETY_MS : 0);
  return backups.filter((one) => !kept.has(one) && !young(one));
}

/** Those of servers that were one replication group at some time: a shard of a cluster has backups of its own. */
function groups(backups: readonly Backup[]): Backup[][] {
  const found: { names: Set<string>; members: Backup[] }[] = [];
  for (const backup of backups) {
    const same = found.filter(({ names }) => backup.names.some((name) => names.has(name)));
    const merged = { names: new Set(backup.names), members: [backup] };
    for (const one of same) {
      for (const name of one.names) merged.names.add(name);
      merged.members.push(...one.members);
      found.splice(found.indexOf(one), 1);
    }
    found.push(merged);
  }
  return found.map(({ members }) => members);
}
