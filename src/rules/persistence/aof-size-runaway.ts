import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import { bytes } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';

const OF_BASE = 4;
const OF_MEMORY = 10;
/** auto-aof-rewrite-min-size by default: below it no rewrite is wanted. */
const MIN_SIZE = 64 * 1024 * 1024;

/** The append-only file grows and is not compacted. */
export default defineRule({
  scope: 'node',
  needs: { persistence, memory },
  more:
    'The append-only file is many times the size of the data, so a restart takes long and the disk fills up. Usually ' +
    'automatic rewrites are switched off (auto-aof-rewrite-percentage 0, as during a backup, and not switched on again) ' +
    'or fail. Check the free disk space, run BGREWRITEAOF off-peak, and set the percentage back to 100.',
  explains: ['disk-space-low', 'instance-loading'],
  check({ persistence: disk, memory }, { node }) {
    const { now } = disk;
    if (now.aof_enabled !== 1 || now.aof_rewrite_in_progress === 1 || now.aof_rewrite_scheduled === 1) return;
    const { aof_current_size: size, aof_base_size: base } = now;
    if (size === undefined || base === undefined)
      return { unassessed: 'INFO has no aof_current_size and aof_base_size' };
    const config = readingOf(node, persistenceConfig).now;
    const limit = Math.max(
      OF_BASE * base,
      OF_MEMORY * memory.now.used_memory,
      config.auto_aof_rewrite_min_size ?? MIN_SIZE,
    );
    const off = config.auto_aof_rewrite_percentage === 0;
    const grown = growth(disk, (sample) => sample.aof_current_size);
    if (off && grown === undefined)
      return { unassessed: 'whether the file grows needs two samples of one running server' };
    if (size <= limit && !(off && grown)) return;
    return {
      severity: 'warning',
      headline: off
        ? `The append-only file (${bytes(size)}) grows and is never rewritten: automatic rewrites are off`
        : `The append-only file is ${bytes(size)} for ${bytes(memory.now.used_memory)} of data`,
      evidence: [
        { field: 'aof_current_size', value: `${size} (+${grown ?? 0})`, expected: `<= ${limit}` },
        { field: 'aof_base_size', value: String(base), expected: `>= ${Math.ceil(size / OF_BASE)}` },
        {
          field: 'auto-aof-rewrite-percentage',
          value: String(config.auto_aof_rewrite_percentage ?? 'unknown'),
          expected: '100',
        },
      ],
    };
  },
});
