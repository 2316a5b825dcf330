import type { Evidence } from '../../domain/finding.ts';
import { printable } from '../../domain/printable.ts';
import { isPublicAddress } from '../../domain/public-address.ts';
import { defineRule } from '../../domain/rule.ts';
import { nodeAt, type ReadNode, readingIfAny, type Snapshot } from '../../domain/snapshot.ts';
import keySample from '../../probes/key-sample.ts';
import modules, { type Module } from '../../probes/modules.ts';
import securityConfig from '../../probes/security-config.ts';

/** Where a snapshot becomes a job, a key or a page. No server keeps its data there. */
const ODD_FOLDER = /^\/(etc\/(cron|init|profile|systemd|ld\.so)|var\/spool\/cron)|\/\.ssh(\/|$)/;
const ODD_FILE = /^(authorized_keys2?|known_hosts|crontab|ld\.so\.preload)$|\.(so|php|jsp|sh|py|service)$/;

/** A module from where anyone may write, or by the name that the common exploit gives to its own. */
const ODD_MODULE = ({ name, path = '' }: Module) => /^\/(tmp|var\/tmp|dev\/shm)\//.test(path) || name === 'system';

/** The key in which the oldest and commonest attack leaves its SSH key before it saves. */
const ODD_KEY = 'crackit';

export default defineRule({
  scope: 'node',
  needs: { securityConfig },
  more:
    'These settings are how a stranger turns a server into a way onto its host: snapshots written as cron jobs or SSH keys, modules that run commands, replication from a server that nobody here runs. ' +
    'Treat it as a break-in until shown otherwise: cut the network of the host, do not restart or save, keep memory and disk as evidence, and call whoever handles security. Every secret that was in the data is known.',
  explains: ['replica-link-down', 'replica-never-synced'],
  check({ securityConfig: { now } }, { node, snapshot }) {
    const { dir = '', dbfilename = '' } = now;
    const evidence: Evidence[] = [];
    if (ODD_FOLDER.test(dir)) evidence.push({ field: 'dir', value: printable(dir), expected: 'a data folder' });
    if (ODD_FILE.test(dbfilename)) {
      evidence.push({ field: 'dbfilename', value: printable(dbfilename), expected: 'a name such as dump.rdb' });
    }
    for (const { name, path } of (readingIfAny(node, modules)?.now ?? []).filter(ODD_MODULE)) {
      evidence.push({ field: `module ${printable(name)}`, value: printable(path ?? 'loaded'), expected: 'not there' });
    }
    for (const { family } of (readingIfAny(node, keySample)?.now.families ?? []).filter(
      ({ family }) => family === ODD_KEY,
    )) {
      evidence.push({ field: `key ${family}`, value: 'there', expected: 'not there' });
    }
    const master = strangePrimary(node, snapshot);
    if (master) evidence.push({ field: 'master_host', value: master, expected: 'a server of this deployment' });
    if (evidence.length === 0) return;
    const [first] = evidence;
    return {
      // A primary across the public internet that we may not read can still be yours.
      severity: master && evidence.length === 1 ? 'high' : 'critical',
      headline: `${node.name} shows signs of a break-in: ${first?.field} is ${first?.value}`,
      evidence,
    };
  },
});

/** A primary at a public address that nobody named and that does not answer as one of ours. */
function strangePrimary(node: ReadNode, snapshot: Snapshot): string | undefined {
  const { primary } = node.identity;
  if (!primary || !isPublicAddress(primary.host)) return undefined;
  const known = nodeAt(snapshot, primary);
  return known?.kind === 'read' || known?.origin === 'seed' ? undefined : primary.host;
}
