import { defineRule } from '../../domain/rule.ts';
import clients from '../../probes/clients.ts';
import serverProbe from '../../probes/server.ts';
import tuningConfig from '../../probes/tuning-config.ts';

const MOST = 100;
const LEAST = 10;
/** With this many clients a fixed rate is too slow to look after them: timeouts, buffers. */
const MANY_CLIENTS = 1000;

export default defineRule({
  scope: 'node',
  needs: { serverProbe, clients, tuningConfig },
  more:
    'hz says how often a second the server looks after clients, expiry and rehashing. Much above 100 it burns processor time while idle; below 10 expired keys and dead clients stay longer; ' +
    'without dynamic-hz it does not rise with the number of clients. Set hz 10 and dynamic-hz yes, and raise active-expire-effort rather than hz when keys expire too late.',
  explains: ['expire-backlog-stale'],
  check({ serverProbe: { now: server }, clients: { now: crowd }, tuningConfig: { now: config } }) {
    const hz = server.configured_hz;
    const fixed = config.dynamic_hz === 'no' && crowd.connected_clients > MANY_CLIENTS;
    if (!fixed && (hz === undefined || (hz >= LEAST && hz <= MOST))) return;
    return {
      severity: 'info',
      headline: fixed
        ? `dynamic-hz is off with ${crowd.connected_clients} clients`
        : `hz is ${hz}, ${hz !== undefined && hz > MOST ? 'which burns processor time' : 'so that upkeep comes late'}`,
      evidence: [
        ...(hz === undefined ? [] : [{ field: 'configured_hz', value: String(hz), expected: `${LEAST} to ${MOST}` }]),
        ...(fixed ? [{ field: 'dynamic-hz', value: 'no', expected: `yes above ${MANY_CLIENTS} clients` }] : []),
      ],
    };
  },
});
