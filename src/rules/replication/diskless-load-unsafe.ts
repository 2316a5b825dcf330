import { LIMIT_UNCERTAIN, memoryLimit } from '../../domain/memory-limit.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import { bytes, percent } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';
import replicationConfig from '../../probes/replication-config.ts';

/** Twice the dataset and a tenth for what else there is. */
const WARNING = 0.45;

/** The next full sync of this replica needs its dataset twice in memory, and there is no room for that. */
export default defineRule({
  scope: 'node',
  needs: { memory },
  latent: true,
  more:
    'With repl-diskless-load swapdb the replica keeps its old data while it loads the new copy, so a full sync needs twice ' +
    'the memory; without room for it the kernel kills the server. Set repl-diskless-load to disabled (or on-empty-db), ' +
    'which is possible at any time but during a load, or give the host more memory.',
  check({ memory: { now } }, { node, snapshot, threshold }) {
    if (node.identity.role !== 'replica') return;
    if (readingOf(node, replicationConfig).now.repl_diskless_load !== 'swapdb') return;
    const limit = memoryLimit(snapshot, node, now);
    if (!limit) return { unassessed: LIMIT_UNCERTAIN };
    const warning = threshold('warning', WARNING);
    if (now.used_memory <= warning * limit.bytes) return limit.certain ? undefined : { unassessed: LIMIT_UNCERTAIN };
    return {
      severity: 'warning',
      headline: `A full sync would hold the dataset twice, and one copy is ${percent(now.used_memory / limit.bytes)} of the ${bytes(limit.bytes)} that this replica may use`,
      evidence: [
        { field: 'repl-diskless-load', value: 'swapdb', expected: 'disabled, or on-empty-db' },
        {
          field: 'used_memory',
          value: String(now.used_memory),
          expected: `<= ${Math.floor(warning * limit.bytes)} (${limit.from})`,
        },
      ],
    };
  },
});
