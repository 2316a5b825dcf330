import { defineRule } from '../../domain/rule.ts';
import { duration } from '../../domain/units.ts';
import persistence from '../../probes/persistence.ts';

/** The server reads its dataset into memory and answers nearly every command with LOADING. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  more:
    'The server loads its data after a start, or a replica after a full sync. Wait: a restart only starts it over. ' +
    'Give liveness and readiness probes more time, and ask why it restarted.',
  explains: ['replica-link-down', 'replica-never-synced', 'no-replicas-connected'],
  check({ persistence: { now } }, { node }) {
    if (now.loading !== 1 && now.async_loading !== 1) return;
    const percent = now.loading_loaded_perc;
    const eta = now.loading_eta_seconds;
    const done = percent === undefined ? '' : `: ${Math.round(percent)} % done`;
    const left = eta === undefined || eta < 0 ? '' : `, about ${duration(eta)} left`;
    return {
      severity: node.identity.role === 'primary' ? 'critical' : 'info',
      headline: `The server is loading its data${done}${left}`,
      evidence: [
        { field: now.loading === 1 ? 'loading' : 'async_loading', value: '1', expected: '0' },
        ...(percent === undefined ? [] : [{ field: 'loading_loaded_perc', value: String(percent), expected: '100' }]),
        ...(eta === undefined ? [] : [{ field: 'loading_eta_seconds', value: String(eta), expected: '0' }]),
      ],
    };
  },
});
