import type { Reply } from '../domain/command.ts';
import { defineProbe, listReply } from '../domain/probe.ts';
import { atLeast } from '../domain/server.ts';

/** What a HOTKEYS session that somebody started has counted. The names of the keys never leave the parser. */
export interface HotKeys {
  active: boolean;
  /** Epoch ms at which it began, and for how long it counted. */
  startedAt: number;
  durationMs: number;
  /** Shares of the hottest keys in the processor time of all commands, the hottest first; undefined when not counted. */
  cpuShares: number[] | undefined;
  /** The same of the bytes received and sent. */
  netShares: number[] | undefined;
}

/** Reads a session, never starts one: counting costs the server, so that is for an operator to decide. */
export default defineProbe({
  sampled: 'once',
  allows: [['HOTKEYS', 'GET']],
  fields: {},
  commands: ({ engine, version }) =>
    engine === 'redis' && atLeast(version, '8.6') ? [['HOTKEYS', 'GET']] : 'HOTKEYS needs Redis 8.6 or newer',
  read: ([reply]) => ({ session: reply === null ? undefined : readSession(listReply(reply)) }),
});

function readSession(words: readonly Reply[]): HotKeys | undefined {
  // Some versions answer with a list of sessions.
  const [first] = words;
  if (Array.isArray(first)) return readSession(first);
  const fields = new Map<Reply | undefined, Reply | undefined>();
  for (let at = 0; at + 1 < words.length; at += 2) fields.set(words[at], words[at + 1]);
  const number = (name: string) => Number(fields.get(name) ?? 0);
  const shares = (name: string, total: number) => {
    const counted = fields.get(name);
    if (!Array.isArray(counted) || total <= 0) return undefined;
    return counted.filter((_word, at) => at % 2 === 1).map((amount) => Number(amount) / total);
  };
  if (!fields.has('tracking-active')) return undefined;
  return {
    active: number('tracking-active') === 1,
    startedAt: number('collection-start-time-unix-ms'),
    durationMs: number('collection-duration-ms'),
    cpuShares: shares('by-cpu-time-us', number('all-commands-all-slots-us')),
    netShares: shares('by-net-bytes', number('net-bytes-all-commands-all-slots')),
  };
}
