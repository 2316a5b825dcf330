/** When a target is backed up by itself: after a time, or at a time of day in a time zone. */
export type BackupSchedule =
  | { kind: 'every'; seconds: number }
  | { kind: 'daily'; hour: number; minute: number; timeZone: string };

/** How many of the backups of a target stay; the newest verified one always does. */
export interface Keep {
  last?: number;
  days?: number;
}

const DAY_MS = 24 * 3600_000;

/** Epoch ms of the next backup by itself: `after` is when the last one was begun. */
export function dueAfter(schedule: BackupSchedule, after: number): number {
  if (schedule.kind === 'every') return after + schedule.seconds * 1000;
  const from = Math.floor(after / 60_000) * 60_000 + 60_000;
  const { hour, minute, timeZone } = schedule;
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const wanted = hour * 60 + minute;
  const minuteOf = (at: number) => {
    const [shownHour = 0, shownMinute = 0] = clock.format(at).split(':').map(Number);
    return shownHour * 60 + shownMinute;
  };
  // A clock that is put forward may skip the minute: then the first one after it counts.
  const first = from + ((wanted - minuteOf(from) + 24 * 60) % (24 * 60)) * 60_000;
  for (const at of [first, first - 3600_000, first + 3600_000, first + DAY_MS]) {
    if (at >= from && minuteOf(at) === wanted) return at;
  }
  return first;
}

/** The longest time that should lie between two backups, in seconds. */
export function periodOf(schedule: BackupSchedule): number {
  return schedule.kind === 'every' ? schedule.seconds : DAY_MS / 1000;
}

/** `every 6 h`, `at 03:30 Europe/Berlin` -> a schedule; undefined when it is none. */
export function parseSchedule(
  text: string,
  durationOf: (text: string) => number | undefined,
): BackupSchedule | undefined {
  const [, every] = /^every (.+)$/.exec(text) ?? [];
  if (every !== undefined) {
    const ms = durationOf(every);
    return ms === undefined || ms < 60_000 || ms > 31 * DAY_MS ? undefined : { kind: 'every', seconds: ms / 1000 };
  }
  const [, hour, minute, timeZone = 'UTC'] =
    /^at ([01]\d|2[0-3]):([0-5]\d)(?: ([A-Za-z][A-Za-z0-9_+/-]*))?$/.exec(text) ?? [];
  if (hour === undefined || !isTimeZone(timeZone)) return undefined;
  return { kind: 'daily', hour: Number(hour), minute: Number(minute), timeZone };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
