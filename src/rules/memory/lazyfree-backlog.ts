import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { historyOf } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';

/** So many objects take a second or more to free. */
const MANY = 100_000;

/** A backlog that does not end for this long is fed faster than it is worked off. */
const LONG_SECONDS = 60;

export default defineRule({
  scope: 'node',
  needs: { memory },
  explains: [
    'memory-near-maxmemory',
    'memory-over-limit-sustained',
    'oom-errors-despite-eviction',
    'oom-noeviction-writes-rejected',
    'rss-near-memory-limit',
  ],
  tells: 'used_memory falls by itself as lazyfree_pending_objects falls.',
  more:
    'Data was deleted in the background (UNLINK, FLUSHALL ASYNC, lazy eviction or expiry), and its memory is not given back yet: used_memory still counts it. ' +
    'Usually something very large, or very much, was deleted at once. ' +
    'Wait until it is 0 before doing anything about memory; if it never is, delete in smaller pieces.',
  check({ memory }, { node, snapshot, threshold }) {
    const pending = memory.now.lazyfree_pending_objects;
    if (pending === undefined) return { unassessed: 'INFO has no lazyfree_pending_objects' };
    if (pending === 0) return;
    const many = threshold('objects', MANY);
    const rising = growth(memory, (sample) => sample.lazyfree_pending_objects) !== undefined;
    const since = pendingSince();
    const long = since !== undefined && since >= threshold('seconds', LONG_SECONDS);
    if (pending <= many && !long) return;
    if (!memory.before) return { unassessed: 'a backlog that grows needs two samples to compare' };
    if (!rising) return;
    return {
      severity: 'warning',
      headline: `${pending} deleted objects wait for their memory to be freed${long ? `, and some have for ${duration(since)}` : ''}`,
      evidence: [
        { field: 'lazyfree_pending_objects', value: String(pending), expected: `0, or falling, and <= ${many}` },
        {
          field: 'lazyfree_pending_objects before',
          value: String(memory.before.lazyfree_pending_objects ?? 'missing'),
          expected: `> ${pending}`,
        },
      ],
    };

    /** For how many seconds every kept sample has shown a backlog; undefined where there is no history. */
    function pendingSince(): number | undefined {
      const run = historyOf(snapshot, node).toReversed();
      const end = run.findIndex(({ values }) => (values.lazyfree_pending_objects ?? 0) === 0);
      const oldest = run.at(end < 0 ? -1 : end - 1);
      return oldest && end !== 0 ? (snapshot.takenAt - oldest.at) / 1000 : undefined;
    }
  },
});
