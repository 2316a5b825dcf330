import { driftOf } from '../../domain/config-drift.ts';
import { printable } from '../../domain/printable.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import configFile from '../../probes/host-config-file.ts';
import running from '../../probes/running-config.ts';
import server from '../../probes/server.ts';

/** More differences than this are a list nobody reads. */
const MOST = 8;

/** The running server is set otherwise than its configuration file: a restart brings the old values back. */
export default defineRule({
  scope: 'node',
  needs: { server },
  more:
    'Somebody changed these at runtime and did not write them down, so the next restart or failover to this node undoes the change, often in the middle of another incident. ' +
    'Decide which of the two is right. CONFIG REWRITE writes the running values into the file; where the file is made by a tool (Ansible, Helm, a config map), change them there.',
  check({ server: { now: info } }, { node }) {
    if (!info.config_file) return;
    const drift = driftOf(readingOf(node, running).now, readingOf(node, configFile).now.values);
    const named = drift.filter(({ unnamed }) => !unnamed);
    const shown = named.length > 0 ? named : drift;
    if (shown.length === 0) return;
    const names = shown.map(({ parameter }) => parameter);
    return {
      severity: named.length > 0 ? 'warning' : 'info',
      headline:
        named.length > 0
          ? `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''} will change at the next restart: the configuration file says otherwise`
          : `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''} ${names.length === 1 ? 'is' : 'are'} not in the configuration file, so a restart may bring the default back`,
      evidence: shown.slice(0, MOST).map(({ parameter, running: value, file }) => ({
        field: parameter,
        value: printable(value, 100),
        expected: `${printable(file, 100) || '(empty)'}, as in the file`,
      })),
    };
  },
});
