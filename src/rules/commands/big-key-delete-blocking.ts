import { describeCaller } from '../../domain/caller.ts';
import type { Evidence } from '../../domain/finding.ts';
import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { loggedSince, quietSince, type SlowEntry } from '../../domain/slow-log.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { milliseconds } from '../../domain/units.ts';
import clock from '../../probes/clock.ts';
import commandStats from '../../probes/command-stats.ts';
import latencyLatest, { latestSince } from '../../probes/latency-latest.ts';
import lazyfreeConfig from '../../probes/lazyfree-config.ts';
import slowlog from '../../probes/slowlog.ts';

const WINDOW_SECONDS = 60;

/** Milliseconds: a key that is freed in less holds nobody up; and a mean above 1 ms over 1 % of the time hides worse. */
const SLOW_MS = 10;
const SLOW_MEAN_US = 1000;
const SHARE = 0.01;

/** What the latency monitor calls a key that was freed by expiry or eviction. */
const FREED = ['expire-del', 'eviction-del'];

export default defineRule({
  scope: 'node',
  needs: { slowlog, clock, commandStats },
  explains: ['slow-commands-present', 'command-latency-p99-high', 'eviction-latency'],
  tells: 'SLOWLOG GET names DEL at that second, or LATENCY LATEST has expire-del or eviction-del.',
  more:
    'A large key was freed by the thread that runs the commands, element by element, while everybody waited. ' +
    'Usually DEL meets a collection of tens of thousands of elements, or such a key expires or is evicted; before Valkey 8 and on every Redis this is the default. ' +
    'Use UNLINK, and CONFIG SET lazyfree-lazy-user-del yes (also -expire, -eviction, -server-del), which frees in the background.',
  check({ slowlog, clock, commandStats }, { node, threshold }) {
    const since = clock.now.epochSeconds - WINDOW_SECONDS;
    const least = threshold('slow_ms', SLOW_MS);
    const logged = lately(
      loggedSince(slowlog, since).filter((entry) => entry.command === 'del' && inMs(entry) >= least),
      clock.now.epochSeconds,
      slowlog.seconds,
    );
    const event = latestSince(readingIfAny(node, latencyLatest)?.now ?? [], FREED, since);
    const calls = growth(commandStats, ({ commands }) => commands.get('del')?.calls ?? 0) ?? 0;
    const usec = growth(commandStats, ({ commands }) => commands.get('del')?.usec ?? 0) ?? 0;
    const isSlow = calls > 0 && usec / calls > SLOW_MEAN_US && usec > SHARE * 1_000_000 * commandStats.seconds;
    const freed = event && event.latestMs >= least ? event : undefined;
    const worst = Math.max(freed?.latestMs ?? 0, isSlow ? usec / calls / 1000 : 0, ...logged.map(inMs));
    if (logged.length === 0 && !freed && !isSlow) return;
    return {
      severity: 'warning',
      headline: `Freeing keys blocked the server for ${milliseconds(worst)}${freed && worst === freed.latestMs ? ' (it expired or was evicted)' : ''}`,
      evidence: [
        ...(isSlow
          ? [
              {
                field: 'cmdstat_del',
                value: `${Math.round(usec / calls)} us a call over ${calls}`,
                expected: `<= ${SLOW_MEAN_US} us`,
              },
            ]
          : []),
        ...slowestOf(logged, least),
        ...(freed
          ? [{ field: `latency event ${freed.name}`, value: `${freed.latestMs} ms`, expected: `< ${least} ms` }]
          : []),
        ...settings(node),
      ],
    };
  },
});

/** None when they were one burst that is over: that is history, and the slow log tells of it. */
function lately(entries: readonly SlowEntry[], now: number, pair: number): readonly SlowEntry[] {
  return entries.length > 0 && quietSince(entries, now, pair) !== undefined ? [] : entries;
}

function inMs({ microseconds }: SlowEntry): number {
  return microseconds / 1000;
}

function slowestOf(logged: readonly SlowEntry[], least: number): Evidence[] {
  const [slowest] = logged.toSorted((one, other) => other.microseconds - one.microseconds);
  if (!slowest) return [];
  const { microseconds, client, clientName } = slowest;
  return [
    {
      field: 'slowlog del',
      value: `${microseconds} us from ${describeCaller(client, clientName)}`,
      expected: `< ${least * 1000} us`,
    },
  ];
}

function settings(node: ReadNode): Evidence[] {
  const config = readingIfAny(node, lazyfreeConfig)?.now;
  return Object.entries(config ?? {}).flatMap(([name, value]) =>
    value === 'no' ? [{ field: name.replaceAll('_', '-'), value, expected: 'yes' }] : [],
  );
}
