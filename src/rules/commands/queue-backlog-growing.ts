import { defineRule } from '../../domain/rule.ts';
import { primaryOf } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import keySample from '../../probes/key-sample.ts';

/** A scan lasts seconds; a shorter look would take one burst for a trend. */
const SHORTEST_SECONDS = 5;

/** More is put into a queue than is taken out. */
export default defineRule({
  scope: 'node',
  needs: { keySample },
  more:
    'Jobs come faster than the workers take them, so each waits longer and the list takes ever more memory. Usually ' +
    'workers died or got slow, or a producer runs wild. Look at the workers first; a burst drains by itself.',
  explains: [
    'memory-forecast-oom',
    'memory-near-maxmemory',
    'big-key',
    'oom-noeviction-writes-rejected',
    'rss-near-memory-limit',
  ],
  tells: 'MEMORY USAGE of the list is a large part of used_memory_dataset, and its LLEN rises.',
  check({ keySample: { now } }, { node, snapshot, target, threshold }) {
    if (node.identity.role === 'replica' && primaryOf(snapshot, node)) return;
    if (!target.queues?.length) return { unassessed: 'no queues are named: give targets.<name>.queues in medic.yml' };
    const shortest = threshold('seconds', SHORTEST_SECONDS);
    const watched = now.queues.filter(({ seconds }) => seconds >= shortest);
    if (now.queues.length > 0 && watched.length === 0) {
      return { unassessed: `the scan lasted less than ${duration(shortest)}: too short for a trend` };
    }
    const growing = watched.filter(({ before, after }) => after > before);
    const [first] = growing.toSorted((one, other) => other.after - other.before - (one.after - one.before));
    if (!first) return;
    const rate = Math.round((first.after - first.before) / first.seconds);
    return {
      severity: 'info',
      headline: `The queue ${first.name} grew by ${first.after - first.before} entries in ${duration(first.seconds)}`,
      evidence: growing.map(({ name, before, after }) => ({
        field: `LLEN ${name}`,
        value: `${before} to ${after}${name === first.name ? `, about ${rate}/s` : ''}`,
        expected: 'not growing',
      })),
    };
  },
});
