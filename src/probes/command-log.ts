import { defineProbe, listReply } from '../domain/probe.ts';
import { readLogged } from '../domain/read-log.ts';
import { atLeast } from '../domain/server.ts';
import type { LargeEntry } from '../domain/slow-log.ts';

const ASKED = '32';

/** Commands with large requests and large replies, newest first. What is slow stands in SLOWLOG on every engine. */
export default defineProbe({
  sampled: 'pair',
  allows: [['COMMANDLOG', 'GET']],
  fields: {},
  commands: ({ engine, version }) =>
    engine === 'valkey' && atLeast(version, '8.1')
      ? [
          ['COMMANDLOG', 'GET', ASKED, 'large-request'],
          ['COMMANDLOG', 'GET', ASKED, 'large-reply'],
        ]
      : 'large requests and replies are logged by Valkey 8.1 and newer only',
  read: ([requests, replies]) => ({
    requests: listReply(requests).map(readLarge),
    replies: listReply(replies).map(readLarge),
  }),
});

function readLarge(entry: Parameters<typeof readLogged>[0]): LargeEntry {
  const [logged, bytes] = readLogged(entry);
  return { ...logged, bytes };
}
