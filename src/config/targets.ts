import { closest } from '../domain/closest.ts';
import type { TargetName } from '../domain/ids.ts';
import {
  type HostAccess,
  type HostRemediate,
  nodeName,
  parseNodeName,
  type SentinelWatch,
  sshHost,
  type Target,
  type Tls,
} from '../domain/target.ts';
import { trustedKeys } from '../io/host/host-keys.ts';
import { autoPolicy } from './auto.ts';
import { targetBackup } from './backups.ts';
import { type Files, fileText } from './files.ts';
import type { TargetEntry, TlsSetting } from './schema.ts';

/** Adds a mistake about a key below `targets`. */
type Complain = (path: readonly string[], text: string) => void;

interface Around {
  files: Files;
  complain: Complain;
}

/** The entries of `targets` as the rest of the house knows them. */
export function targetsOf(entries: Readonly<Record<string, TargetEntry>>, around: Around): Map<TargetName, Target> {
  const targets = new Map<TargetName, Target>();
  const names = new Map<string, string>();
  for (const [name, entry] of Object.entries(entries) as [TargetName, TargetEntry][]) {
    const twin = names.get(name.toLowerCase());
    if (twin !== undefined) around.complain([name], `differs from ${twin} in capital letters only`);
    names.set(name.toLowerCase(), name);
    const complain: Complain = (path, text) => around.complain([name, ...path], text);
    targets.set(name, targetOf(name, entry, around.files, complain));
  }
  return targets;
}

function targetOf(name: TargetName, entry: TargetEntry, files: Files, complain: Complain): Target {
  const { data_loss, outage_to_survive, expect_replicas, backup_age } = entry.objectives;
  const tls = entry.tls === undefined && entry.url?.tls ? {} : tlsOf(entry.tls, ['tls'], files, complain);
  const sentinel = entry.sentinel && sentinelOf(entry.sentinel, files, complain);
  const host = hostOf(entry, files, complain);
  return {
    name,
    kind: entry.kind ?? (sentinel ? 'sentinel' : 'replication'),
    ...(sentinel && { sentinel }),
    seeds: entry.nodes ?? (entry.url ? [entry.url.address] : []),
    ...(entry.addresses.length > 0 && { addresses: entry.addresses }),
    credentials: { ...entry.url?.credentials, ...login(entry) },
    ...(entry.remediate && { remediate: login(entry.remediate) }),
    ...(tls && { tls }),
    ...(entry.purpose && { purpose: entry.purpose }),
    objectives: {
      ...(data_loss !== undefined && { dataLossSeconds: data_loss }),
      ...(outage_to_survive !== undefined && { outageToSurviveSeconds: outage_to_survive }),
      ...(expect_replicas !== undefined && { expectReplicas: expect_replicas }),
      ...(backup_age !== undefined && { backupAgeSeconds: backup_age }),
    },
    environment: entry.environment,
    ...(entry.channel !== undefined && { channel: entry.channel }),
    owners: entry.owners,
    alertLabels: entry.alerts?.labels ?? { target: name },
    thresholds: entry.thresholds,
    ...(entry.must_expire && { mustExpire: entry.must_expire }),
    ...(entry.queues && { queues: entry.queues }),
    ...(entry.key_names && { keyNames: entry.key_names }),
    ...(entry.memory_limit !== undefined && { memoryLimitBytes: entry.memory_limit }),
    ...(entry.admin_users && { adminUsers: entry.admin_users }),
    ...(entry.network_limit !== undefined && { networkBitsPerSecond: entry.network_limit }),
    ...(entry.watch !== undefined && { watch: entry.watch && { everySeconds: entry.watch.every } }),
    ...(entry.managed_by && { managedBy: entry.managed_by }),
    ...(host && { host }),
    ...(entry.auto && { auto: autoPolicy(entry.auto) }),
    ...withBackup(entry.backup),
  };
}

function withBackup(entry: TargetEntry['backup']): Pick<Target, 'backup'> {
  const backup = entry && targetBackup(entry);
  return backup ? { backup } : {};
}

function login({ username, password }: Pick<TargetEntry, 'username' | 'password'>): Target['credentials'] {
  return { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
}

function sentinelOf(entry: NonNullable<TargetEntry['sentinel']>, files: Files, complain: Complain): SentinelWatch {
  const tls = tlsOf(entry.tls, ['sentinel', 'tls'], files, complain);
  return { seeds: entry.nodes, master: entry.master, credentials: login(entry), ...(tls && { tls }) };
}

function tlsOf(given: TlsSetting, path: readonly string[], files: Files, complain: Complain): Tls | undefined {
  if (given === undefined) return undefined;
  const tls: Tls = {};
  if (given === true) return tls;
  for (const part of ['ca', 'cert', 'key'] as const) {
    const file = given[part];
    if (file === undefined) continue;
    const text = fileText(file, files, (why) => complain([...path, part], why));
    if (text !== undefined) tls[part] = text;
  }
  if ((given.cert === undefined) !== (given.key === undefined)) {
    complain(path, 'cert and key belong together');
  }
  if (given.servername !== undefined) tls.servername = given.servername;
  return tls;
}

function hostOf({ host }: TargetEntry, files: Files, complain: Complain): HostAccess | undefined {
  if (!host?.ssh) return host && { kind: 'local' };
  const { user, port, passphrase, known_hosts, host_key = [], address } = host.ssh;
  const read = (key: 'key' | 'known_hosts', path: string) =>
    fileText(path, files, (why) => complain(['host', 'ssh', key], why)) ?? '';
  const key = read('key', host.ssh.key);
  const remediate = remediateOf(host.ssh, key, files, complain);
  for (const node of typeof address === 'object' ? Object.keys(address) : []) {
    if (nodeName(parseNodeName(node)) !== node) complain(['host', 'ssh', 'address', node], 'expected host:port');
  }
  return {
    kind: 'ssh',
    user,
    port,
    key,
    ...(passphrase !== undefined && { passphrase }),
    trusted: known_hosts === undefined ? { keys: [host_key].flat() } : { knownHosts: read('known_hosts', known_hosts) },
    ...(address !== undefined && { address }),
    ...(remediate && { remediate }),
  };
}

function remediateOf(
  { user: reader, remediate }: NonNullable<NonNullable<TargetEntry['host']>['ssh']>,
  readingKey: string,
  files: Files,
  complain: Complain,
): HostRemediate | undefined {
  if (!remediate) return undefined;
  const { user, passphrase, backups } = remediate;
  const path = ['host', 'ssh', 'remediate'];
  const key = fileText(remediate.key, files, (why) => complain([...path, 'key'], why)) ?? '';
  if (user === reader) complain([...path, 'user'], 'must be another user than the one who only looks');
  if (key !== '' && key === readingKey) complain([...path, 'key'], 'must be another key than the one that only looks');
  return { user, key, ...(passphrase !== undefined && { passphrase }), ...(backups !== undefined && { backups }) };
}

/** Sentences about hosts whose key is not among those that may be trusted, so that they will not be looked at. */
export function unknownHosts(targets: Iterable<Target>): string[] {
  return [...targets].flatMap(({ name, host, seeds }) => {
    if (host?.kind !== 'ssh') return [];
    const { trusted, port } = host;
    const strangers = [...new Set(seeds.map((seed) => sshHost(host, seed)))].filter(
      (one) => trustedKeys(trusted, one, port).length === 0,
    );
    return strangers.map(
      (one) => `${name}: known_hosts has no key of ${nodeName({ host: one, port })}, so it will not be looked at.`,
    );
  });
}

/** Sentences about servers that two targets name: their runs would not know of each other's threads. */
export function sharedSeeds(targets: Iterable<Target>): string[] {
  const first = new Map<string, TargetName>();
  const warnings: string[] = [];
  for (const target of targets) {
    for (const node of named(target)) {
      const other = first.get(node);
      if (other === undefined) first.set(node, target.name);
      else if (other !== target.name) warnings.push(`${node} is named by both ${other} and ${target.name}.`);
    }
  }
  return warnings;
}

/** Sentinels are shared by many targets, as long as each has a master of its own. */
function named({ seeds, sentinel }: Target): string[] {
  return [...seeds.map(nodeName), ...(sentinel?.seeds.map((seed) => `${sentinel.master} of ${nodeName(seed)}`) ?? [])];
}

/** Complains about playbooks that are to run by themselves and that there are not. */
export function checkAuto(targets: Iterable<Target>, playbooks: Iterable<string>, complain: Complain): void {
  const known = new Set(playbooks);
  for (const { name, auto } of targets) {
    for (const [at, id] of (auto?.playbooks ?? []).entries()) {
      if (known.has(id)) continue;
      const meant = closest(id, known);
      const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
      complain([name, 'auto', 'playbooks', String(at)], `there is no playbook "${id}".${hint}`);
    }
  }
}
