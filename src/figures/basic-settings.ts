import type { Evidence } from '../domain/finding.ts';
import { defineFigure } from '../domain/readiness.ts';
import networkConfig from '../probes/network-config.ts';
import securityConfig from '../probes/security-config.ts';

/** A shorter timeout than this closes connections that a pool believes to be open. */
const SHORT_TIMEOUT = 600;
/** Dead peers are noticed after this many seconds at the latest; firewalls forget idle connections about then. */
const LONGEST_KEEPALIVE = 300;

interface Deviation extends Evidence {
  fix: string;
}

/** The settings that every guide begins with, each with what is expected of it and why. */
export default defineFigure({
  needs: { networkConfig, securityConfig },
  tell({ networkConfig: { now }, securityConfig: { now: security } }) {
    const deviations: Deviation[] = [];
    if (now.timeout > 0 && now.timeout < SHORT_TIMEOUT) {
      deviations.push({
        field: 'timeout',
        value: String(now.timeout),
        expected: `0, or at least ${SHORT_TIMEOUT}`,
        fix: 'timeout closes idle connections that pools hold open: set 0, or let the pools give them up earlier.',
      });
    }
    if (now.tcp_keepalive === 0 || now.tcp_keepalive > LONGEST_KEEPALIVE) {
      deviations.push({
        field: 'tcp-keepalive',
        value: String(now.tcp_keepalive),
        expected: `1 to ${LONGEST_KEEPALIVE} s`,
        fix: `tcp-keepalive ${LONGEST_KEEPALIVE} notices dead peers and keeps firewalls from forgetting idle connections.`,
      });
    }
    if (now.loglevel === 'debug' || now.loglevel === 'verbose') {
      deviations.push({
        field: 'loglevel',
        value: now.loglevel,
        expected: 'notice',
        fix: 'loglevel notice: more detail costs disk writes and hides what matters.',
      });
    }
    const values = [
      `bind ${security.bind || '(every address)'}`,
      `protected-mode ${security.protected_mode}`,
      `timeout ${now.timeout}`,
      `tcp-keepalive ${now.tcp_keepalive}`,
      ...(now.tcp_backlog === undefined ? [] : [`tcp-backlog ${now.tcp_backlog}`]),
      `maxclients ${now.maxclients}`,
      ...(now.loglevel === undefined ? [] : [`loglevel ${now.loglevel}`]),
    ];
    return {
      said:
        deviations.length === 0
          ? values.join(', ')
          : deviations.map(({ field, value }) => `${field} is ${value}`).join(', '),
      ok: deviations.length === 0,
      evidence: deviations.map(({ fix: _fix, ...evidence }) => evidence),
      fix: deviations.map(({ fix }) => fix).join(' '),
    };
  },
});
