import { mainThread } from '../../domain/main-thread.ts';
import { growth, type Reading } from '../../domain/probe.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { loggedSince } from '../../domain/slow-log.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { SHORTEST_PAIR, sustained } from '../../domain/sustained.ts';
import { duration, percent } from '../../domain/units.ts';
import clock from '../../probes/clock.ts';
import cpu from '../../probes/cpu.ts';
import eventLoop from '../../probes/event-loop.ts';
import slowlog from '../../probes/slowlog.ts';

/** Shares of the time in which the loop was at work instead of waiting for requests. */
const WARNING = 0.8;
const CRITICAL = 0.95;

/** Work that uses less of a core than this share of its time is waiting: for a disk, or for the core. */
const WORKS = 0.5;

/** Of a core: with less, a single look may have met a burst or a host that was busy elsewhere. */
const FULL = 0.9;

const MICROSECONDS = 1_000_000;

interface Loop {
  eventloop_cycles: number | undefined;
  eventloop_duration_sum: number | undefined;
  eventloop_duration_cmd_sum: number | undefined;
}

export default defineRule({
  scope: 'node',
  needs: { eventLoop },
  explains: ['no-pipelining', 'tcp-backlog-capped', 'replica-ack-lag', 'replica-lag-bytes'],
  more:
    'The loop that reads requests, runs commands and writes replies hardly ever waits for work, so that requests queue up in the sockets. ' +
    'Where it uses the core, it is load: costly commands, many small requests, large replies. Where it does not, it is held up: a slow disk under the append-only file, or a host that gives it no time. ' +
    'Look at the slow commands and at the share of commands below, then at the disk and the host.',
  check({ eventLoop }, { node, snapshot, threshold }) {
    if (eventLoop.now.eventloop_duration_sum === undefined) {
      return { unassessed: 'the event loop is measured by Redis 7.2 and newer, and by Valkey' };
    }
    const busy = sustained({ snapshot, node }, eventLoop, {
      of: (sample) => sample.eventloop_duration_sum,
      fields: ['eventloop_duration_sum'],
      perSecond: MICROSECONDS,
    });
    if (!busy) return { unassessed: 'the time of the event loop needs two samples to compare' };
    const warning = threshold('warning', WARNING);
    const critical = threshold('critical', CRITICAL);
    if (busy.share < warning) return;
    if (busy.seconds < SHORTEST_PAIR) return { unassessed: 'a second or more between the samples is needed' };
    const core = usedCore(node, snapshot);
    const works = core >= WORKS * busy.share;
    const sure = busy.lasts || (core >= FULL && busy.share >= critical);
    return {
      severity: severityOf(busy, critical, sure && !isOneCommand(node, eventLoop)),
      headline:
        `The event loop was at work for ${percent(busy.share)} of ${duration(busy.seconds)}` +
        (works ? '' : ', but used little of a core: it waits for a disk or for the host'),
      evidence: [
        {
          field: 'eventloop_duration_sum',
          value: `${percent(busy.share)} of the time`,
          expected: `< ${percent(warning)}`,
        },
        ...shareOfCommands(eventLoop),
      ],
    };
  },
});

function severityOf(
  { share, lasts }: { share: number; lasts: boolean },
  critical: number,
  sure: boolean,
): Found['severity'] {
  if (!sure) return 'info';
  return share >= critical && lasts ? 'critical' : 'warning';
}

/** 1 where it cannot be told. */
function usedCore(node: ReadNode, snapshot: Parameters<typeof mainThread>[0]['snapshot']): number {
  const times = readingIfAny(node, cpu);
  return (times && mainThread({ snapshot, node }, times)?.share) ?? 1;
}

/** Half of the loop's time went into commands that SLOWLOG holds: that is told by the findings on slow commands. */
function isOneCommand(node: ReadNode, loop: Reading<Loop>): boolean {
  const [log, time] = [readingIfAny(node, slowlog), readingIfAny(node, clock)];
  const took = growth(loop, (sample) => sample.eventloop_duration_sum) ?? 0;
  if (!log || !time) return false;
  const slow = loggedSince(log, time.now.epochSeconds - loop.seconds);
  return slow.reduce((sum, { microseconds }) => sum + microseconds, 0) > took / 2;
}

function shareOfCommands(loop: Reading<Loop>) {
  const took = growth(loop, (sample) => sample.eventloop_duration_sum);
  const commands = growth(loop, (sample) => sample.eventloop_duration_cmd_sum);
  if (!took || commands === undefined) return [];
  return [
    {
      field: 'eventloop_duration_cmd_sum',
      value: `${percent(commands / took)} of it`,
      expected: 'the rest is reading, writing, the append-only file and expiry',
    },
  ];
}
