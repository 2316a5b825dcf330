import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';

/** The append-only file holds commands only, which a restart has to run one by one. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  more:
    'Without an RDB preamble a rewrite writes every key as a command, so the file is larger and a restart loads it several ' +
    'times slower. The setting is usually left over from an old version or a tool that reads the file. Set ' +
    'aof-use-rdb-preamble to yes; it takes effect with the next rewrite.',
  check({ persistence: { now } }, { node }) {
    if (now.aof_enabled !== 1 || readingOf(node, persistenceConfig).now.aof_use_rdb_preamble !== 'no') return;
    return {
      severity: 'info',
      headline: 'The append-only file is written without an RDB preamble, so a restart takes longer',
      evidence: [{ field: 'aof-use-rdb-preamble', value: 'no', expected: 'yes' }],
    };
  },
});
