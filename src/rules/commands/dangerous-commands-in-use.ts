import { describeCaller } from '../../domain/caller.ts';
import { filledBy } from '../../domain/command-load.ts';
import { type Evidence, type Severity, severityRank } from '../../domain/finding.ts';
import { growth, type Reading } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { loggedSince, type SlowEntry } from '../../domain/slow-log.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import clientList from '../../probes/client-list.ts';
import clock from '../../probes/clock.ts';
import commandStats, { type CommandCounters } from '../../probes/command-stats.ts';
import keyspace from '../../probes/keyspace.ts';
import server from '../../probes/server.ts';
import slowlog from '../../probes/slowlog.ts';

type Stats = Reading<{ commands: Map<string, CommandCounters> }>;

const DANGEROUS = new Map<string, Severity>([
  ['keys', 'critical'],
  ['flushall', 'critical'],
  ['flushdb', 'critical'],
  ['debug', 'critical'],
  ['monitor', 'warning'],
  ['save', 'warning'],
  ['swapdb', 'warning'],
  ['sort', 'info'], // dangerous without LIMIT only, which the counters do not tell
]);

/** A replica repeats these because its primary did them. */
const REPLICATED = ['flushall', 'flushdb', 'swapdb', 'sort'];

/** Walking or saving fewer keys than this takes well under a millisecond. */
const WALKS = ['keys', 'save'];
const TINY_KEYSPACE = 1000;

/** Whoever sent it in this last minute may be who sent it now. */
const WINDOW_SECONDS = 60;

export default defineRule({
  scope: 'node',
  needs: { commandStats, keyspace, server },
  explains: ['slow-commands-present'],
  tells:
    'SLOWLOG GET names KEYS, FLUSHALL or a kindred command in the slow entries, and the rest is quick once its caller is stopped.',
  more:
    'KEYS and DEBUG hold up every client while they run, FLUSHALL and FLUSHDB delete everything. ' +
    'Usually an application lists keys with KEYS, or a test or script meant for another server runs here. ' +
    "Name the caller to its owner, use SCAN instead of KEYS, and take the commands away from that user's ACL (check with ACL DRYRUN first).",
  check({ commandStats: stats, keyspace, server }, { node }) {
    const names = [...DANGEROUS.keys()].filter(
      (name) => node.identity.role === 'primary' || !REPLICATED.includes(name),
    );
    if (stats.now.commands.size === 0) return { unassessed: 'INFO has no commandstats' };
    // Whoever walks the keys and deletes them has walked those that were there.
    const keys = Math.max(keyspace.now.keys, keyspace.before?.keys ?? 0);
    const active = names
      .map((name) => ({
        name,
        severity: name === 'sort' ? severityOfSort(node) : severityOf(name, keys),
        grown: growth(stats, ({ commands }) => commands.get(name)?.calls ?? 0) ?? 0,
      }))
      .filter(({ grown }) => grown > 0)
      .toSorted((one, other) => severityRank(one.severity) - severityRank(other.severity));
    const [worst] = active;
    if (worst) {
      const uses = active.map(({ name, grown }) => `${name.toUpperCase()} ${times(grown)}`);
      return {
        severity: worst.severity,
        headline: `${uses.join(', ')} in ${Math.round(stats.seconds)} s, with ${keys} keys here`,
        evidence: active.flatMap(({ name, grown }) => [
          { field: `cmdstat_${name}.calls`, value: `+${grown}`, expected: '+0' },
          ...callers(node, name),
        ]),
        explains: filledBy(
          stats,
          active.map(({ name }) => name),
        ),
      };
    }
    if (stats.before === undefined)
      return { unassessed: 'the calls of dangerous commands need two samples to compare' };
    const past = names.filter((name) => DANGEROUS.get(name) === 'critical' && total(stats, name) > 0);
    if (past.length === 0) return;
    return {
      severity: 'info',
      headline: `${past.map((name) => name.toUpperCase()).join(', ')} ran at some time in the ${duration(server.now.uptime_in_seconds)} since start, not now`,
      evidence: past.map((name) => ({
        field: `cmdstat_${name}.calls`,
        value: String(total(stats, name)),
        expected: '0 since start',
      })),
    };
  },
});

function total(stats: Stats, name: string): number {
  return stats.now.commands.get(name)?.calls ?? 0;
}

function severityOf(name: string, keys: number): Severity {
  return WALKS.includes(name) && keys < TINY_KEYSPACE ? 'info' : (DANGEROUS.get(name) ?? 'info');
}

/** The counters do not tell whether it had a LIMIT; where it was slow, the log does. */
function severityOfSort(node: ReadNode): Severity {
  const unbounded = slowOf(node, 'sort').some(({ shape }) => !shape.includes('LIMIT'));
  return unbounded ? 'critical' : (DANGEROUS.get('sort') ?? 'info');
}

function slowOf(node: ReadNode, name: string): SlowEntry[] {
  const [log, time] = [readingIfAny(node, slowlog), readingIfAny(node, clock)];
  if (!log || !time) return [];
  return loggedSince(log, time.now.epochSeconds - WINDOW_SECONDS).filter(({ command }) => command === name);
}

/** From the slow log when the command was slow, else from the connections whose last command it was. */
function callers(node: ReadNode, name: string): Evidence[] {
  const slow = slowOf(node, name).map(({ client, clientName }) => describeCaller(client, clientName));
  const listed = (readingIfAny(node, clientList)?.now ?? [])
    .filter(({ cmd, idle }) => cmd === name && idle <= WINDOW_SECONDS)
    .map(({ addr, name: clientName }) => describeCaller(addr, clientName));
  const who = [...new Set([...slow, ...listed])].slice(0, 3);
  return who.length === 0
    ? []
    : [{ field: `callers of ${name}`, value: who.join(', '), expected: `no client sends ${name.toUpperCase()}` }];
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
