import { rate } from '../../domain/probe.ts';
import { defineRule, type Here } from '../../domain/rule.ts';
import { growthSince } from '../../domain/series.ts';
import { historyOf, readingIfAny } from '../../domain/snapshot.ts';
import clock from '../../probes/clock.ts';
import latencyLatest, { type LatencyEvent, latestSince } from '../../probes/latency-latest.ts';
import persistence from '../../probes/persistence.ts';

const WARNING_PER_SECOND = 0.1;
const SUSTAINED_SECONDS = 300;
/** Applications with a timeout of a second have one lost reply in ten retries by then. */
const FELT_MS = 100;
const EVENTS = ['aof-write', 'aof-write-pending-fsync', 'aof-write-active-child', 'aof-write-alone'];

/** The disk takes more than two seconds to flush the append-only file, so that writes wait for it. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  more:
    'With appendfsync everysec a flush runs in the background; when it takes longer than two seconds the server stops ' +
    'and waits for it, and a crash loses about two seconds instead of one. Usually the disk is slow or shared, often ' +
    'with a rewrite or a snapshot. Give it a faster disk of its own, or move persistence to a replica; ' +
    'no-appendfsync-on-rewrite helps during rewrites at the price of their length in lost writes.',
  explains: ['fast-command-spikes', 'command-latency-p99-high', 'event-loop-saturated'],
  tells:
    'aof_delayed_fsync of INFO persistence rises in the slow moments, and the log says that an fsync of the AOF takes too long.',
  check({ persistence: disk }, here) {
    const { now } = disk;
    if (now.aof_enabled !== 1) return;
    const delayed = rate(disk, (sample) => sample.aof_delayed_fsync);
    if (delayed === undefined) return { unassessed: 'needs two samples of one running server' };
    const warning = here.threshold('warningPerSecond', WARNING_PER_SECOND);
    if (delayed <= warning) return;
    const felt = worstWait(here);
    return {
      severity: felt && lasts(here, warning) ? 'critical' : 'warning',
      headline: `Writes wait for the disk: ${delayed.toFixed(1)} flushes of the append-only file a second are late by more than 2 s`,
      evidence: [
        {
          field: 'aof_delayed_fsync',
          value: `${now.aof_delayed_fsync} (+${Math.round(delayed * disk.seconds)})`,
          expected: '+0',
        },
        { field: 'aof_pending_bio_fsync', value: String(now.aof_pending_bio_fsync ?? 'unknown'), expected: '0' },
        ...(felt ? [{ field: `LATENCY ${felt.name}`, value: `${felt.latestMs} ms`, expected: `< ${FELT_MS} ms` }] : []),
      ],
    };
  },
});

/** The longest wait of the last minutes, where the latency monitor is on. */
function worstWait({ node }: Here): LatencyEvent | undefined {
  const events = readingIfAny(node, latencyLatest)?.now ?? [];
  const time = readingIfAny(node, clock)?.now.epochSeconds ?? 0;
  const event = latestSince(events, EVENTS, time - SUSTAINED_SECONDS);
  return event && event.latestMs >= FELT_MS ? event : undefined;
}

function lasts({ node, snapshot }: Here, warning: number): boolean {
  const since = snapshot.takenAt - 2 * SUSTAINED_SECONDS * 1000;
  const seen = growthSince(historyOf(snapshot, node), node.identity.runId, 'aof_delayed_fsync', since);
  return seen !== undefined && seen.seconds >= SUSTAINED_SECONDS && seen.by / seen.seconds > warning;
}
