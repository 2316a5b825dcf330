import { SLOTS } from '../domain/cluster.ts';
import type { Reply } from '../domain/command.ts';
import { Info } from '../domain/info.ts';
import { defineProbe, listReply } from '../domain/probe.ts';
import { atLeast, type ServerIdentity } from '../domain/server.ts';

/** What a primary counts of one of its slots. All but the keys only with cluster-slot-stats-enabled; since it was set. */
export interface SlotStats {
  slot: number;
  keys: number;
  cpuMicroseconds?: number;
  bytesIn?: number;
  bytesOut?: number;
}

/** With fewer keys nothing can be told of slots that would be worth the question. */
const FEWEST_KEYS = 100;

/** Every slot that a primary owns, which takes it about half a millisecond; nothing where there is no cluster. */
export default defineProbe<{ slots?: SlotStats[] }>({
  sampled: 'once',
  allows: [['CLUSTER', 'SLOT-STATS']],
  fields: {},
  commands(server, info) {
    if (server.mode !== 'cluster' || server.role !== 'primary' || server.loading) return [];
    if (keysIn(info) < FEWEST_KEYS) return [];
    return counts(server)
      ? [['CLUSTER', 'SLOT-STATS', 'slotsrange', '0', String(SLOTS - 1)]]
      : 'keys are counted by slot on Redis 8.2 and newer and on Valkey 8.0 and newer';
  },
  read: (replies) => (replies.length === 0 ? {} : { slots: listReply(replies[0]).map(statsOf) }),
});

function counts({ engine, version }: ServerIdentity): boolean {
  return atLeast(version, engine === 'valkey' ? '8.0' : '8.2');
}

function statsOf(reply: Reply): SlotStats {
  const [slot, counters] = listReply(reply);
  const words = listReply(counters);
  const fields = new Map<Reply | undefined, number>();
  for (let at = 0; at + 1 < words.length; at += 2) fields.set(words[at], Number(words[at + 1]));
  const [cpu, bytesIn, bytesOut] = [
    fields.get('cpu-usec'),
    fields.get('network-bytes-in'),
    fields.get('network-bytes-out'),
  ];
  return {
    slot: Number(slot),
    keys: fields.get('key-count') ?? 0,
    ...(cpu !== undefined && { cpuMicroseconds: cpu }),
    ...(bytesIn !== undefined && { bytesIn }),
    ...(bytesOut !== undefined && { bytesOut }),
  };
}

function keysIn(info: Info): number {
  return [...info.withPrefix('db')].reduce((sum, [, value]) => sum + (Number(Info.parts(value).get('keys')) || 0), 0);
}
