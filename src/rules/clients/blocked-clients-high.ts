import { usualLevel } from '../../domain/baseline.ts';
import type { Evidence } from '../../domain/finding.ts';
import { defineRule } from '../../domain/rule.ts';
import { historyOf, readingIfAny } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import clientList, { type Client } from '../../probes/client-list.ts';
import clients from '../../probes/clients.ts';

/** Workers that wait for jobs are as it should be, however many; ten times as many as usual are not. */
const TIMES_USUAL = 10;
const FEWEST = 20;

/** Waiting for replicas ends in moments where replicas are there; workers wait for keys as long as they like. Seconds. */
const LONG_WAIT = 10;
const FEWEST_WAITING = 3;

export default defineRule({
  scope: 'node',
  needs: { clients },
  more:
    'Connections wait in a blocking command. Workers that wait for jobs (BLPOP, XREAD) are no fault; many more than usual, or such as wait for replicas, are. ' +
    'Usually producers have stopped, so that all workers are idle, or WAIT counts replicas that are not there. ' +
    'Look at the producers and at the replicas; CLIENT UNBLOCK ends the waiting of one connection.',
  check({ clients: { now } }, { node, snapshot, threshold }) {
    const blocked = now.blocked_clients;
    if (blocked === undefined) return { unassessed: 'INFO has no blocked_clients' };
    const listed = readingIfAny(node, clientList)?.now ?? [];
    const usual = usualLevel(historyOf(snapshot, node), 'blocked_clients', snapshot.takenAt);
    const many = usual && TIMES_USUAL * Math.max(1, Math.round(usual.median));
    if (many !== undefined && blocked >= threshold('fewest', FEWEST) && blocked > many) {
      return {
        severity: 'warning',
        headline: `${blocked} clients are blocked, against ${Math.round(usual?.median ?? 0)} at this hour on other days`,
        evidence: [field(blocked, `<= ${many}`), ...byCommand(listed)],
      };
    }
    const waiting = listed.filter(
      ({ flags, cmd, idle }) =>
        flags.includes('b') && /^wait(aof)?$/.test(cmd) && idle >= threshold('wait_seconds', LONG_WAIT),
    );
    if (waiting.length < FEWEST_WAITING) return;
    const longest = Math.max(...waiting.map(({ idle }) => idle));
    return {
      severity: 'warning',
      headline: `${waiting.length} clients wait for replicas to confirm their writes, the longest for ${duration(longest)}`,
      evidence: [field(blocked, 'WAIT answers in moments'), ...byCommand(waiting)],
    };
  },
});

function field(blocked: number, expected: string): Evidence {
  return { field: 'blocked_clients', value: String(blocked), expected };
}

function byCommand(all: readonly Client[]): Evidence[] {
  const blocked = all.filter(({ flags }) => flags.includes('b'));
  return [...Map.groupBy(blocked, ({ cmd }) => cmd)]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .slice(0, 3)
    .map(([cmd, waiting]) => ({
      field: `blocked in ${cmd}`,
      value: String(waiting.length),
      expected: 'for comparison',
    }));
}
