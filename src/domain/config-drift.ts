import type { Directive } from './config-file.ts';

/** What is compared: parameters that people change at runtime and that matter after a restart. No secrets, and no paths. */
export const COMPARED = [
  'maxmemory',
  'maxmemory-policy',
  'maxclients',
  'timeout',
  'tcp-keepalive',
  'save',
  'appendonly',
  'appendfsync',
  'stop-writes-on-bgsave-error',
  'no-appendfsync-on-rewrite',
  'auto-aof-rewrite-percentage',
  'auto-aof-rewrite-min-size',
  'repl-backlog-size',
  'repl-timeout',
  'min-replicas-to-write',
  'min-replicas-max-lag',
  'replica-read-only',
  'replica-serve-stale-data',
  'client-output-buffer-limit',
  'slowlog-log-slower-than',
  'latency-monitor-threshold',
  'notify-keyspace-events',
  'active-expire-effort',
  'hz',
  'lazyfree-lazy-expire',
  'lazyfree-lazy-eviction',
  'lazyfree-lazy-server-del',
  'lazyfree-lazy-user-del',
  'maxmemory-clients',
  'repl-backlog-ttl',
  'repl-diskless-load',
  'replica-ignore-disk-write-errors',
  'replica-priority',
  'slowlog-max-len',
  'tracking-table-max-keys',
] as const;
export type Compared = (typeof COMPARED)[number];

/** What a server has where its file says nothing; those whose default is the same in every version. */
const DEFAULTS: Partial<Record<Compared, string>> = {
  maxmemory: '0',
  'maxmemory-policy': 'noeviction',
  timeout: '0',
  appendonly: 'no',
  appendfsync: 'everysec',
  'stop-writes-on-bgsave-error': 'yes',
  'min-replicas-to-write': '0',
  'replica-read-only': 'yes',
  'notify-keyspace-events': '',
};

export interface Drift {
  parameter: Compared;
  running: string;
  /** What a restart would bring. */
  file: string;
  /** The file does not name it; the command line or the unit may. */
  unnamed: boolean;
}

/** What the running server has and its file has not. */
export function driftOf(
  running: ReadonlyMap<string, string>,
  file: ReadonlyMap<string, readonly Directive[]>,
): Drift[] {
  return COMPARED.flatMap((parameter): Drift[] => {
    const now = running.get(parameter);
    const lines = file.get(parameter);
    const fallback = DEFAULTS[parameter];
    if (now === undefined) return [];
    if (lines === undefined) {
      return fallback === undefined || now === fallback
        ? []
        : [{ parameter, running: now, file: fallback, unnamed: true }];
    }
    const written = writtenValue(parameter, lines);
    return isSame(parameter, now, written) ? [] : [{ parameter, running: now, file: written, unnamed: false }];
  });
}

/** What the lines of a file say of one parameter: they add up for two parameters; of the others the last one counts. */
export function writtenValue(parameter: string, lines: readonly Directive[]): string {
  if (parameter === 'client-output-buffer-limit') return lines.map((words) => words.join(' ')).join(' ');
  if (parameter !== 'save') return (lines.at(-1) ?? []).join(' ');
  // `save ""` forgets the lines before it.
  const from = lines.findLastIndex((words) => words.join('') === '') + 1;
  return lines
    .slice(from)
    .map((words) => words.join(' '))
    .join(' ');
}

/** Whether a running value and a written one mean the same. */
export function isSame(parameter: string, running: string, written: string): boolean {
  if (parameter === 'client-output-buffer-limit') return includesClasses(running, written);
  if (parameter === 'notify-keyspace-events') return letters(running) === letters(written);
  return plain(running) === plain(written);
}

/** Sizes in bytes and words in small letters: `2gb` is 2147483648, `Yes` is yes. */
function plain(text: string): string {
  return text
    .split(/\s+/)
    .map((word) => (/^\d+[kmg]b?$/i.test(word) ? String(sizeOf(word)) : word.toLowerCase()))
    .join(' ');
}

/** As redis.conf counts: `1k` is 1000, `1kb` is 1024. */
function sizeOf(word: string): number {
  const [, digits = '0', unit = '', binary = ''] = /^(\d+)([kmg])(b?)$/i.exec(word) ?? [];
  const base = binary === '' ? 1000 : 1024;
  return Number(digits) * base ** ('kmg'.indexOf(unit.toLowerCase()) + 1);
}

/** The order of the letters means nothing, and A stands for most of them. */
function letters(text: string): string {
  return [...new Set(text.replace('A', 'g$lshzxetd').split(''))].sort().join('');
}

/** The running value names every class of clients, the file those that it changes; `slave` is `replica`. */
function includesClasses(running: string, written: string): boolean {
  const now = classesOf(running);
  return [...classesOf(written)].every(([name, limit]) => now.get(name) === limit);
}

function classesOf(text: string): Map<string, string> {
  const words = plain(text).split(' ').filter(Boolean);
  const classes = new Map<string, string>();
  for (let at = 0; at + 3 < words.length; at += 4) {
    classes.set((words[at] ?? '').replace('slave', 'replica'), words.slice(at + 1, at + 4).join(' '));
  }
  return classes;
}
