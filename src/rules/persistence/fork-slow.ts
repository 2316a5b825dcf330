import { reasonsToFork } from '../../domain/forking.ts';
import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { bytes } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';
import persistenceConfig from '../../probes/persistence-config.ts';
import replication from '../../probes/replication.ts';
import stats from '../../probes/stats.ts';

const GIB = 1024 ** 3;
const WARNING = { msPerGib: 40, ms: 500 };
const HIGH = { msPerGib: 100, ms: 1000 };
/** A fork has a price that does not depend on the data: below these the speed says nothing. */
const ENOUGH = { bytes: GIB / 4, ms: 50 };

/** The server stands still while it forks, for longer than its size explains. */
export default defineRule({
  scope: 'node',
  needs: { stats, memory },
  more:
    'For each snapshot, rewrite and full sync the kernel copies the page table, and the server answers nobody meanwhile. ' +
    'Usually the virtual machine has slow memory management (old Xen), huge pages are on, or the instance is simply ' +
    'large. Switch transparent huge pages off, split large instances, or let a replica persist.',
  explains: ['slow-commands-present', 'fast-command-spikes', 'command-latency-p99-high', 'event-loop-saturated'],
  tells:
    'It is slow only in the moment at which a snapshot, rewrite or full sync begins: LATENCY HISTORY fork has those seconds.',
  check({ stats, memory: { now } }, { node }) {
    const took = (stats.now.latest_fork_usec ?? 0) / 1000;
    if (stats.now.latest_fork_usec === undefined) return { unassessed: 'INFO has no latest_fork_usec' };
    const readable = now.used_memory >= ENOUGH.bytes && took >= ENOUGH.ms;
    const pace = readable ? took / (now.used_memory / GIB) : 0;
    const exceeds = (limit: typeof WARNING) => took >= limit.ms || pace >= limit.msPerGib;
    if (!exceeds(WARNING)) return;
    const forked = growth(stats, (sample) => sample.total_forks) ?? 0;
    return {
      // It is the last fork that is told, which may be long ago: where none will come again it is history.
      severity: forked === 0 && !forksAgain(node) ? 'info' : exceeds(HIGH) ? 'high' : 'warning',
      headline: `The last fork held the server up for ${Math.round(took)} ms, with ${bytes(now.used_memory)} of data`,
      evidence: [
        { field: 'latest_fork_usec', value: String(stats.now.latest_fork_usec), expected: `< ${WARNING.ms * 1000}` },
        ...(readable
          ? [
              {
                field: 'latest_fork_usec per GiB',
                value: String(Math.round(pace * 1000)),
                expected: `< ${WARNING.msPerGib * 1000}`,
              },
            ]
          : []),
      ],
    };
  },
});

/** What cannot be seen may fork. */
function forksAgain(node: ReadNode): boolean {
  const config = readingIfAny(node, persistenceConfig)?.now;
  const connectedReplicas = readingIfAny(node, replication)?.now.connected_slaves;
  if (!config || connectedReplicas === undefined) return true;
  return reasonsToFork({ ...config, connectedReplicas }).length > 0;
}
