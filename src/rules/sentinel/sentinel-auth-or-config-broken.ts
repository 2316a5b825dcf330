import type { Evidence } from '../../domain/finding.ts';
import { printable } from '../../domain/printable.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { nameOf, testimonies } from '../../domain/sentinel.ts';
import { type ReadNode, readingIfAny, readNodes, readSentinels, type Snapshot } from '../../domain/snapshot.ts';
import aclLog from '../../probes/acl-log.ts';
import commandStats from '../../probes/command-stats.ts';
import errorStats, { newErrors } from '../../probes/error-stats.ts';
import replicationConfig from '../../probes/replication-config.ts';
import sentinelMaster from '../../probes/sentinel-master.ts';
import sentinelPeers from '../../probes/sentinel-peers.ts';
import sentinelReplicas from '../../probes/sentinel-replicas.ts';
import server from '../../probes/server.ts';

const RECENT_SECONDS = 600;
const SENTINEL_CLIENT = /^sentinel-[0-9a-f]+-/;
/** Replies to a PING that a Sentinel does not take for life: the server itself is in trouble, not the login. */
const TROUBLE = ['MISCONF', 'BUSY'];
const REFUSALS = ['NOAUTH', 'WRONGPASS', 'NOPERM'];

/** The Sentinels cannot log in, may not do what a failover takes, or cannot have a server write it down. */
export default defineRule({
  scope: 'target',
  needs: { sentinelMaster },
  more:
    'The Sentinels act as clients: they need a login (auth-user, auth-pass; sentinel-user, sentinel-pass among each other), the ' +
    'right to SLAVEOF, CONFIG REWRITE, CLIENT KILL, SCRIPT KILL, MULTI, PUBLISH, SUBSCRIBE and INFO, and a configuration ' +
    'file that the server can write. Without these a failover does not come about, or a restart undoes it.',
  explains: [
    'acl-denials',
    'auth-failures',
    'sentinel-master-down',
    'sentinel-no-good-replica',
    'sentinel-ckquorum-failed',
    'sentinel-stale-entries',
  ],
  check(_all, { snapshot }) {
    if (testimonies(snapshot, sentinelMaster).length === 0) return [];
    const nodes = readNodes(snapshot);
    const found = nodes.flatMap((node) =>
      together(node, [countedDown(snapshot, node), refused(node), configGone(node), rewriteFails(node)]),
    );
    found.push(...readSentinels(snapshot).flatMap((node) => together(node, [cutOff(snapshot, node)])));
    return found.length > 0 ? found : fileless(snapshot);
  },
});

type Fault = Omit<Found, 'severity'>;

function together({ name }: ReadNode, faults: readonly (Fault | undefined)[]): (Found & { node: string })[] {
  const all = faults.filter((fault) => fault !== undefined);
  const [first] = all;
  return first ? [{ ...first, node: name, severity: 'high', evidence: all.flatMap(({ evidence }) => evidence) }] : [];
}

/** Down for all Sentinels, at both moments, while it answers us. */
function countedDown(snapshot: Snapshot, node: ReadNode): Fault | undefined {
  const flags = [...viewsOf(snapshot, node, 'now'), ...viewsOf(snapshot, node, 'before')];
  if (flags.length === 0 || !flags.every((one) => one.includes('s_down'))) return undefined;
  const errors = readingIfAny(node, errorStats);
  const grown = (codes: readonly string[]) => codes.filter((code) => errors && (newErrors(errors, code) ?? 0) > 0);
  if (grown(TROUBLE).length > 0) return undefined;
  const refusals = grown(REFUSALS);
  return {
    headline: `The Sentinels count this server as down, but it answers us: ${refusals.length > 0 ? `it refuses them (${refusals.join(', ')})` : 'their login or their way to it is broken'}`,
    evidence: [
      { field: `flags of ${node.name} at the Sentinels`, value: flags[0]?.join(',') ?? '', expected: 'no s_down' },
      ...refusals.map((code) => ({ field: `errorstat_${code}`, value: 'grows', expected: 'no growth' })),
    ],
  };
}

/** The flags under which the Sentinels hold this server. */
function viewsOf(snapshot: Snapshot, node: ReadNode, moment: 'now' | 'before'): (readonly string[])[] {
  const entries = [
    ...testimonies(snapshot, sentinelMaster).map((one) => ({ by: one.by, of: one[moment] ? [one[moment]] : [] })),
    ...testimonies(snapshot, sentinelReplicas).map((one) => ({ by: one.by, of: one[moment] ?? [] })),
  ];
  return entries.flatMap(({ by, of }) =>
    of.filter(({ address }) => address && nameOf(snapshot, by, address) === node.name).map(({ flags }) => flags),
  );
}

function refused(node: ReadNode): Fault | undefined {
  const denials = (readingIfAny(node, aclLog)?.now ?? []).filter(
    ({ clientName, ageSeconds }) => SENTINEL_CLIENT.test(clientName) && ageSeconds <= RECENT_SECONDS,
  );
  if (denials.length === 0) return undefined;
  const what = [...new Set(denials.map(({ command, reason }) => printable(command ?? `a ${reason}`, 40)))];
  return {
    headline: `The Sentinels are refused what a failover needs: ${what.join(', ')}`,
    evidence: denials.slice(0, 5).map(({ username, command, reason, count }) => ({
      field: `ACL LOG ${printable(username, 48)}`,
      value: `${count} denied: ${printable(command ?? reason, 40)}`,
      expected: 'nothing denied to a Sentinel',
    })),
  };
}

/** Renamed or switched off; where CONFIG REWRITE has worked, the Sentinels know its name. */
function configGone(node: ReadNode): Fault | undefined {
  const outcome = node.outcomes.get(replicationConfig);
  if (outcome?.kind !== 'unanswered' || outcome.reason !== 'unknown command: config|get') return undefined;
  const { calls, failed } = rewritesOf(node);
  if (calls > failed) return undefined;
  return {
    headline:
      'CONFIG is renamed or off: unless the Sentinels know its name (sentinel rename-command), a restart undoes a failover',
    evidence: [{ field: 'CONFIG GET', value: 'unknown command', expected: 'a command of this name' }],
  };
}

/** Counted since the start, but not one that worked: this is how it is, not how it once was. */
function rewriteFails(node: ReadNode): Fault | undefined {
  const { calls, failed, rejected } = rewritesOf(node);
  const [tried, worked] = [calls + rejected, calls - failed];
  if (tried === 0 || worked > 0 || !hasFile(node)) return undefined;
  return {
    headline: `CONFIG REWRITE has never worked here (${tried} ${tried === 1 ? 'attempt' : 'attempts'}): a restart undoes a failover`,
    evidence: [
      {
        field: 'cmdstat_config|rewrite',
        value: `${calls} calls, ${failed} failed, ${rejected} rejected`,
        expected: 'calls that work',
      },
    ],
  };
}

function rewritesOf(node: ReadNode) {
  const none = { calls: 0, failed: 0, rejected: 0 };
  return readingIfAny(node, commandStats)?.now.commands.get('config|rewrite') ?? none;
}

function hasFile(node: ReadNode): boolean {
  return (readingIfAny(node, server)?.now.config_file ?? '') !== '';
}

/** The others count a Sentinel as down that answers us. */
function cutOff(snapshot: Snapshot, node: ReadNode): Fault | undefined {
  const id = readingIfAny(node, sentinelPeers)?.now.id;
  const entries = testimonies(snapshot, sentinelPeers)
    .flatMap(({ now, before }) => [...now.peers, ...(before?.peers ?? [])])
    .filter((peer) => peer.id === id);
  if (entries.length === 0 || !entries.every(({ flags }) => flags.includes('s_down'))) return undefined;
  return {
    headline: 'The other Sentinels count this one as down, but it answers us: their login or their way to it is broken',
    evidence: [
      { field: `flags of ${node.name} at the others`, value: entries[0]?.flags.join(',') ?? '', expected: 'sentinel' },
    ],
  };
}

/** Servers that are started from a command line alone have nowhere to write to: often meant so, as in containers. */
function fileless(snapshot: Snapshot): (Found & { node: string })[] {
  const nodes = readNodes(snapshot).filter((node) => readingIfAny(node, server) && !hasFile(node));
  if (nodes.length === 0) return [];
  const evidence: Evidence[] = nodes.map(({ name }) => ({
    field: `config_file of ${name}`,
    value: '',
    expected: 'a file',
  }));
  return [
    {
      node: snapshot.target.name,
      severity: 'info',
      headline: `A failover is not written down by ${nodes.length === 1 ? nodes[0]?.name : `${nodes.length} servers`}: there is no configuration file, so a restart undoes it until the Sentinels step in`,
      evidence,
    },
  ];
}
