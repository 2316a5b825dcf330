import { defineRule } from '../../domain/rule.ts';
import replication from '../../probes/replication.ts';

/** A replica that takes writes of its own. */
export default defineRule({
  scope: 'node',
  needs: { replication },
  more:
    'Writes to this replica make its data differ from its primary, reach no other server, and vanish at the next full ' +
    'sync. Switch replica-read-only on again, after checking that nothing depends on writing here.',
  check({ replication: { now } }) {
    if (now.role !== 'slave' || now.slave_read_only !== 0) return;
    return {
      severity: 'high',
      headline: 'The replica accepts writes of its own',
      evidence: [{ field: 'slave_read_only', value: '0', expected: '1' }],
    };
  },
});
