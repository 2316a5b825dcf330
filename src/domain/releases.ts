import { atLeast, type Engine, type ServerIdentity } from './server.ts';

/** What both projects had published by this day; newer releases are not known here. */
export const RELEASES_AS_OF = '2026-11-20';

interface Line {
  /** The last day of fixes, `ended` where it is past and no day was named, absent where none is announced. */
  endsOn?: string;
  /** The release with the newest security fixes of the line, and the one to name; absent: the line never got them. */
  fixedIn?: string;
  fixes: string;
}

const LUA = 'CVE-2025-49844 (code execution by a Lua script)';
const RESTORE = 'CVE-2026-25243 and CVE-2026-23479 (code execution by RESTORE or a blocked client)';
const STREAMS = 'CVE-2026-63639 (code execution by a corrupt stream)';

const LINES: Readonly<Record<Engine, Readonly<Record<string, Line>>>> = {
  redis: {
    '6.2': { endsOn: '2027-04-01', fixedIn: '6.2.20', fixes: LUA },
    '7.0': { endsOn: 'ended', fixes: `${LUA} and CVE-2026-25243 (code execution by RESTORE)` },
    '7.2': { endsOn: '2029-12-01', fixedIn: '7.2.11', fixes: LUA },
    '7.4': { endsOn: '2029-12-01', fixedIn: '7.4.11', fixes: RESTORE },
    '8.0': { endsOn: '2026-12-01', fixes: RESTORE },
    '8.2': { endsOn: '2030-09-01', fixedIn: '8.2.9', fixes: RESTORE },
    '8.4': { fixedIn: '8.4.6', fixes: RESTORE },
    '8.6': { fixedIn: '8.6.6', fixes: RESTORE },
    '8.8': { fixedIn: '8.8.2', fixes: 'the security fixes of August 2026' },
    '8.10': { fixedIn: '8.10.1', fixes: 'the security fixes of August 2026' },
  },
  valkey: {
    '7.2': { endsOn: '2029-04-30', fixedIn: '7.2.16', fixes: 'CVE-2026-130822 (crash by client eviction)' },
    '8.0': { endsOn: '2027-09-30', fixedIn: '8.0.10', fixes: STREAMS },
    '8.1': { endsOn: '2030-03-31', fixedIn: '8.1.9', fixes: STREAMS },
    '9.0': { endsOn: '2028-10-31', fixedIn: '9.0.5', fixes: STREAMS },
    '9.1': { fixedIn: '9.1.1', fixes: STREAMS },
  },
};

/** The oldest line that is still known: everything before it has ended. */
const OLDEST: Readonly<Record<Engine, string>> = { redis: '6.2', valkey: '7.2' };

export type Support =
  | { kind: 'ended'; on?: string }
  | { kind: 'ends'; on: string; days: number }
  | { kind: 'lasts' }
  | { kind: 'unknown' };

const DAY_MS = 86_400_000;

/** How long the project repairs this version, seen at a moment (epoch ms). */
export function supportOf(server: ServerIdentity, at: number): Support {
  const line = lineOf(server);
  if (!line) return atLeast(server.version, OLDEST[server.engine]) ? { kind: 'unknown' } : { kind: 'ended' };
  if (line.endsOn === undefined) return { kind: 'lasts' };
  if (line.endsOn === 'ended') return { kind: 'ended' };
  const days = Math.ceil((Date.parse(line.endsOn) - at) / DAY_MS);
  return days > 0 ? { kind: 'ends', on: line.endsOn, days } : { kind: 'ended', on: line.endsOn };
}

/** The known security fixes that a version by its number lacks; undefined when it has them, `unknown` for a line of tomorrow. */
export function lacks(server: ServerIdentity): { fixes: string; fixedIn: string | undefined } | 'unknown' | undefined {
  const line = lineOf(server);
  if (!line) return atLeast(server.version, OLDEST[server.engine]) ? 'unknown' : { fixes: LUA, fixedIn: undefined };
  const { fixes, fixedIn } = line;
  return fixedIn !== undefined && atLeast(server.version, fixedIn) ? undefined : { fixes, fixedIn };
}

/** Packages that have the fixes of their line under its old number, by the changelogs of the distributions. */
const BACKPORTS: readonly { revision: RegExp; from: number }[] = [
  // Debian 12: redis 5:7.0.15-1~deb12u8 of May 2026.
  { revision: /^5:7\.0\.15-1~deb12u(\d+)$/, from: 8 },
];

/** True when the package of a distribution is known to have the fixes that `lacks` names. */
export function isBackported(packageVersion: string): boolean {
  return BACKPORTS.some(({ revision, from }) => Number(revision.exec(packageVersion)?.[1] ?? 0) >= from);
}

/** `8.0` of 8.0.6. */
export function lineName({ version }: ServerIdentity): string {
  return version.split('.').slice(0, 2).join('.');
}

function lineOf(server: ServerIdentity): Line | undefined {
  return LINES[server.engine][lineName(server)];
}
