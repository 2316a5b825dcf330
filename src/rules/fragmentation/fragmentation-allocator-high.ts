import { fellLately, holes, isWorthReading } from '../../domain/fragmentation.ts';
import { defineRule } from '../../domain/rule.ts';
import { historyOf } from '../../domain/snapshot.ts';
import { bytes } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';

const WARNING = 1.4;
const HIGH = 1.7;

/** Below this, whatever the ratio, there is little to win. */
const ENOUGH_BYTES = 256 * 1024 * 1024;

export default defineRule({
  scope: 'node',
  needs: { memory },
  explains: ['rss-near-memory-limit', 'oom-kill-observed', 'swap-in-use'],
  tells: 'used_memory_rss is far above used_memory, and allocator_frag_bytes of INFO memory is most of the difference.',
  more:
    'Freed memory lies in small holes between what is used: new data of other sizes does not fit there, and the system does not get it back. ' +
    'Usually values changed their size, or many keys among others were deleted. ' +
    'With jemalloc, CONFIG SET activedefrag yes moves data together (distribution packages may be built without it); otherwise restart the replicas one by one and fail over.',
  check({ memory: { now } }, { node, snapshot, threshold }) {
    const { mem_allocator = 'unknown' } = now;
    if (!isWorthReading(now)) return;
    const lost = holes(now);
    if (!lost) return { unassessed: 'INFO has no allocator_frag_ratio' };
    const warning = threshold('warning', WARNING);
    const enough = threshold('bytes', ENOUGH_BYTES);
    if (lost.ratio < warning || lost.bytes < enough) return;
    const settling = fellLately(historyOf(snapshot, node), now.used_memory, snapshot.takenAt);
    const severity = lost.ratio >= threshold('high', HIGH) ? 'high' : 'warning';
    return {
      severity: settling ? 'info' : severity,
      headline: `${bytes(lost.bytes)} are lost in holes between the data: fragmentation ${lost.ratio.toFixed(2)}${settling ? ', after much was deleted in the last minutes' : ''}`,
      evidence: [
        { field: 'allocator_frag_ratio', value: lost.ratio.toFixed(2), expected: `< ${warning}` },
        { field: lost.from, value: String(lost.bytes), expected: `< ${enough}` },
        {
          field: 'mem_allocator',
          value: mem_allocator,
          expected: mem_allocator.startsWith('jemalloc') ? 'jemalloc' : 'jemalloc: others count all of RSS here',
        },
      ],
    };
  },
});
