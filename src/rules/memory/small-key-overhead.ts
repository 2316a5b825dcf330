import { defineRule } from '../../domain/rule.ts';
import { bytes } from '../../domain/units.ts';
import memoryStats from '../../probes/memory-stats.ts';

/** With fewer keys there is nothing to save. */
const MANY = 100_000;

/** Key, entry and value object take about this much before any data. */
const SMALL = 100;
const VERY_MANY = 1_000_000;

export default defineRule({
  scope: 'node',
  needs: { memoryStats },
  more:
    'Each key costs about 100 bytes before its value, so that many tiny keys spend most of the memory on finding them. ' +
    'It is how a key-value store works, not a fault. ' +
    'If memory is short, the application can keep small records as fields of hashes that stay below hash-max-listpack-entries.',
  check({ memoryStats: { now } }, { threshold }) {
    const { keys, dataset, tables } = now;
    if (keys < MANY) return;
    const perKey = (dataset + tables) / keys;
    const tiny = keys > threshold('keys', VERY_MANY) && perKey < threshold('bytes_per_key', SMALL);
    if (tables <= dataset && !tiny) return;
    return {
      severity: 'info',
      headline: `${keys} keys of ${Math.round(perKey)} bytes each: ${bytes(tables)} are hash tables, ${bytes(dataset)} data`,
      evidence: [
        { field: 'memory stats overhead.hashtable', value: String(tables), expected: `< ${dataset}` },
        { field: 'hash tables and data / keys', value: `${Math.round(perKey)} bytes`, expected: `>= ${SMALL} bytes` },
      ],
    };
  },
});
