import { describeCaller } from '../../domain/caller.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import clientList, { type Client } from '../../probes/client-list.ts';
import clients from '../../probes/clients.ts';

/** They never wait by themselves: a connection that is blocked in one of them was put on hold. */
const NEVER_BLOCK = new Set(
  (
    'append decr decrby del eval evalsha exec expire fcall getdel getex getset hdel hincrby hincrbyfloat hmset hset hsetnx ' +
    'incr incrby incrbyfloat lpush lpushx ltrim lrem lset mset msetnx pexpire pfadd psetex publish rename rpush rpushx ' +
    'sadd set setex setnx setrange spop spublish srem unlink xack xadd xdel xtrim zadd zincrby zrem'
  ).split(' '),
);

/** A failover holds clients for moments; from here on people notice. Seconds. */
const LASTING = 1;

export default defineRule({
  scope: 'node',
  needs: { clients },
  explains: ['blocked-clients-high'],
  more:
    'The server has put its clients on hold: writes, or everything, wait until the pause ends. ' +
    'A failover does that for a moment; one that lasts was ordered with CLIENT PAUSE, often by a script or a tool that died. ' +
    'Find out who paused it and why; CLIENT UNPAUSE ends it at once.',
  check({ clients: { now } }, { node }) {
    const reason = now.paused_reason;
    const held = (readingIfAny(node, clientList)?.now ?? []).filter(isHeld);
    // A failover pauses writes for as long as it runs: failover-stuck says when that does not end.
    if (reason !== undefined && reason !== 'none' && reason !== 'failover_in_progress') {
      const left = (now.paused_timeout_milliseconds ?? 0) / 1000;
      return {
        severity: 'warning',
        headline: `Clients are paused (${reason.replaceAll('_', ' ')}) for another ${duration(left)}`,
        evidence: [
          { field: 'paused_reason', value: reason, expected: 'none' },
          { field: 'paused_actions', value: now.paused_actions ?? 'unknown', expected: 'none' },
          ...waiting(held),
        ],
      };
    }
    if (held.length > 0) {
      return {
        severity: 'warning',
        headline: `${held.length === 1 ? 'A client waits' : `${held.length} clients wait`} in commands that never wait by themselves: clients are paused`,
        evidence: waiting(held),
      };
    }
    const outcome = node.outcomes.get(clientList);
    return reason === undefined && outcome?.kind === 'unanswered' ? { unassessed: outcome.reason } : undefined;
  },
});

function isHeld({ flags, cmd, idle }: Client): boolean {
  return flags.includes('b') && idle >= LASTING && NEVER_BLOCK.has(cmd);
}

function waiting(held: readonly Client[]) {
  return held.slice(0, 3).map(({ addr, name, cmd, idle }) => ({
    field: `blocked in ${cmd}`,
    value: `${describeCaller(addr, name)} for ${duration(idle)}`,
    expected: 'an answer',
  }));
}
