import { defineHostProbe, endOf } from '../domain/host-probe.ts';
import { NotAnswered } from '../domain/probe.ts';

/** What the server writes about faults that INFO does not show, or shows without the reason. */
const LINES = {
  /** At the last start the append-only file ended in the middle of a command, which was cut off. */
  truncated: /loaded anyway because aof-load-truncated|Truncating the AOF|loaded anyway because aof-load-corrupt-tail/,
  /** Why a child could not be made. */
  forkFailed: /Can't (?:save|rewrite append only file) in background: fork: /,
  /** A snapshot or the append-only file could not be written. */
  writeFailed:
    /No space left on device|Read-only file system|Permission denied|Disk quota exceeded|Input\/output error/,
  /** A child was ended by a signal, as the kernel does when memory runs out. */
  childKilled: /(?:Background saving|Background AOF rewrite|AOF rewrite) terminated by signal 9/,
} as const;

/** With this line every server begins. */
const START = /oO0OoO0OoO0Oo/;

/** The end of the server's own log, from its last start on: in its log file, or in the journal of its unit. */
export default defineHostProbe({
  sampled: 'once',
  asks: {
    file: endOf('{log_file}'),
    journal: ['journalctl', '--no-pager', '-o', 'cat', '-n', '500', '-u', '{unit}'],
  },
  read(answers) {
    // Without the right to see it the journal is not refused, but empty.
    const text = answers.text('file') ?? (answers.text('journal') || undefined);
    if (text === undefined) throw new NotAnswered(`the log of the server may not be read: ${answers.why('file')}`);
    const all = text.split('\n');
    const lines = all.slice(
      Math.max(
        0,
        all.findLastIndex((line) => START.test(line)),
      ),
    );
    const newest = (pattern: RegExp) => lines.findLast((line) => pattern.test(line))?.trim();
    return {
      /** Every process that wrote to it, those of earlier runs too. */
      pids: [...new Set(all.flatMap((line) => /^(\d+):[A-Z] /.exec(line)?.[1] ?? []).map(Number))],
      truncated: newest(LINES.truncated),
      forkFailed: newest(LINES.forkFailed),
      writeFailed: newest(LINES.writeFailed),
      childKilled: newest(LINES.childKilled),
    };
  },
});
