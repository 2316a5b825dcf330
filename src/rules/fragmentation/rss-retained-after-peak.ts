import { isWorthReading, retained, retainsMuch } from '../../domain/fragmentation.ts';
import { defineRule } from '../../domain/rule.ts';
import { bytes } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';

const RATIO = 1.1;
const ENOUGH_BYTES = 64 * 1024 * 1024;
const PEAK = 1.5;

export default defineRule({
  scope: 'node',
  needs: { memory },
  more:
    'The allocator keeps memory that was freed and will use it again; nothing is wrong. ' +
    'Usually the data was larger once. ' +
    'With jemalloc, MEMORY PURGE gives it back to the system if something else needs it; no primary is worth a restart for this.',
  check({ memory: { now } }, { threshold }) {
    const { allocator_rss_ratio: ratio = 1, allocator_rss_bytes: kept = 0, used_memory, used_memory_peak } = now;
    const byAllocator = isWorthReading(now) && ratio > threshold('ratio', RATIO) && kept > ENOUGH_BYTES;
    const shrunk = retainsMuch(now) && used_memory_peak > threshold('peak', PEAK) * used_memory;
    if (!byAllocator && !shrunk) return;
    return {
      severity: 'info',
      headline: shrunk
        ? `${bytes(retained(now))} more are resident than used: the data took ${bytes(used_memory_peak)} at its peak and takes ${bytes(used_memory)} now`
        : `The allocator keeps ${bytes(kept)} of freed memory`,
      evidence: [
        {
          field: 'allocator_rss_bytes',
          value: String(now.allocator_rss_bytes ?? 'missing'),
          expected: `<= ${ENOUGH_BYTES}`,
        },
        {
          field: 'used_memory_peak',
          value: String(used_memory_peak),
          expected: `<= ${Math.floor(PEAK * used_memory)}`,
        },
      ],
    };
  },
});
