import { defineProbe, listReply, type Reading } from '../domain/probe.ts';
import { readLogged } from '../domain/read-log.ts';
import type { SlowEntry } from '../domain/slow-log.ts';

const ASKED = 128;

/** The newest slow commands, newest first. */
export default defineProbe({
  sampled: 'pair',
  allows: [['SLOWLOG', 'GET']],
  fields: {},
  commands: () => [['SLOWLOG', 'GET', String(ASKED)]],
  read: ([reply]) =>
    listReply(reply).map((entry): SlowEntry => {
      const [logged, microseconds] = readLogged(entry);
      return { ...logged, microseconds };
    }),
});

/** True when entries that came between the two samples are gone already, pushed out by newer ones. */
export function hasGap({ now, before }: Reading<SlowEntry[]>): boolean {
  if (!before || now.length < ASKED) return false;
  const oldest = Math.min(...now.map(({ id }) => id));
  return oldest > Math.max(-1, ...before.map(({ id }) => id)) + 1;
}
