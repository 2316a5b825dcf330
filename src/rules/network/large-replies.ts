import { describeCaller, describeProgram } from '../../domain/caller.ts';
import type { Evidence } from '../../domain/finding.ts';
import { growth } from '../../domain/probe.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { type LargeEntry, loggedSince, partOf } from '../../domain/slow-log.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { bytes, duration } from '../../domain/units.ts';
import clientList from '../../probes/client-list.ts';
import clock from '../../probes/clock.ts';
import commandLog from '../../probes/command-log.ts';
import commandStats from '../../probes/command-stats.ts';
import replication from '../../probes/replication.ts';
import stats from '../../probes/stats.ts';

const WINDOW_SECONDS = 60;

/** Replies of Valkey's log, which begins at 1 MiB, to one kind of command in a minute. */
const FEWEST_LOGGED = 5;

/** Mean bytes of a reply: worth a note, and as much as Valkey calls large. */
const NOTED = 16 * 1024;
const LARGE = 1024 * 1024;

/** Our own questions are a share of little traffic. Bytes a second. */
const TRAFFIC = 4 * 1024 * 1024;

/** One message to many subscribers is many bytes and one command; so is MONITOR. */
const FANS_OUT = ['publish', 'spublish', 'monitor'];

export default defineRule({
  scope: 'node',
  needs: { stats, commandStats },
  explains: ['network-saturated', 'client-output-buffer-bloat', 'client-obl-disconnects'],
  tells: 'instantaneous_output_kbps of INFO stats is high with few commands a second.',
  more:
    'Single replies are so large that sending them takes longer than the command, fills the network and the memory of the server while a client reads them. ' +
    'Usually a value grew into a document, or a whole collection is asked for where a page would do. ' +
    'Ask for parts (HMGET, ranges, the SCAN family), compress large values, or keep them in an object store.',
  check({ stats, commandStats }, { node, threshold }) {
    const logged = fromLog(node, threshold('logged', FEWEST_LOGGED));
    if (logged) return logged;
    const sent = growth(stats, (sample) => sample.total_net_output_bytes);
    const commands = growth(stats, (sample) => sample.total_commands_processed);
    if (sent === undefined || !commands)
      return commands === 0 ? undefined : { unassessed: 'traffic needs two samples to compare' };
    const fanned = FANS_OUT.some(
      (name) => (growth(commandStats, (sample) => sample.commands.get(name)?.calls ?? 0) ?? 0) > 0,
    );
    const replies = sent - toReplicas(node);
    const mean = replies / commands;
    if (fanned || replies / stats.seconds < TRAFFIC || mean <= threshold('mean_bytes', NOTED)) return;
    return {
      severity: mean >= threshold('large_bytes', LARGE) ? 'warning' : 'info',
      headline: `A reply has ${bytes(mean)} on average: ${bytes(replies / stats.seconds)} a second for ${Math.round(commands / stats.seconds)} commands`,
      evidence: [
        {
          field: 'total_net_output_bytes / total_commands_processed',
          value: bytes(mean),
          expected: `<= ${bytes(threshold('mean_bytes', NOTED))}`,
        },
        ...receivers(node),
      ],
    };
  },
});

/** The log of Valkey 8.1 and newer names the command and the caller. */
function fromLog(node: ReadNode, fewest: number): Found | undefined {
  const [log, time] = [readingIfAny(node, commandLog), readingIfAny(node, clock)];
  if (!log || !time) return undefined;
  const large = loggedSince(partOf(log, 'replies'), time.now.epochSeconds - WINDOW_SECONDS);
  const [most] = [...Map.groupBy(large, ({ shape }) => shape).values()].toSorted(
    (one, other) => other.length - one.length,
  );
  if (!most || most.length < fewest) return undefined;
  const largest = most.reduce((one, other) => (other.bytes > one.bytes ? other : one));
  return {
    severity: 'warning',
    headline: `${most.length} replies to ${largest.shape} in the last minute had up to ${bytes(largest.bytes)}`,
    evidence: [
      {
        field: `commandlog large-reply ${largest.command}`,
        value: `${most.length} in ${duration(WINDOW_SECONDS)}, from ${callersOf(most)}`,
        expected: `< ${fewest}`,
      },
    ],
  };
}

function callersOf(entries: readonly LargeEntry[]): string {
  const programs = entries.map(({ client, clientName }) => describeProgram(client, clientName, []));
  return [...new Set(programs)].slice(0, 3).join(', ');
}

/** From 7.0 on the replication stream is counted apart as well; before, each replica gets what the offset grows by. */
function toReplicas(node: ReadNode): number {
  const counters = readingIfAny(node, stats);
  const apart = counters && growth(counters, (sample) => sample.total_net_repl_output_bytes);
  if (apart !== undefined) return apart;
  const stream = readingIfAny(node, replication);
  return ((stream && growth(stream, (sample) => sample.master_repl_offset)) ?? 0) * (stream?.now.connected_slaves ?? 0);
}

/** The connections that were sent the most for the time that they have been there, where that is counted. */
function receivers(node: ReadNode): Evidence[] {
  return (readingIfAny(node, clientList)?.now ?? [])
    .flatMap(({ netOut, age, addr, name, flags }) => {
      const rate = (netOut ?? 0) / Math.max(1, age);
      return rate > 0 && !/[SM]/.test(flags) ? [{ rate, who: describeCaller(addr, name) }] : [];
    })
    .toSorted((one, other) => other.rate - one.rate)
    .slice(0, 3)
    .map(({ rate, who }) => ({
      field: `tot-net-out of ${who}`,
      value: `${bytes(rate)}/s since it connected`,
      expected: 'for comparison',
    }));
}
