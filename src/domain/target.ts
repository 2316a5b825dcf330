import type { AutoPolicy } from './auto.ts';
import type { BackupSchedule, Keep } from './backup-schedule.ts';
import type { SlackUserId, TargetName } from './ids.ts';
import type { ProviderId } from './provider.ts';

export interface Address {
  host: string;
  port: number;
}

export interface Credentials {
  username?: string;
  password?: string;
}

/** File contents (PEM), not paths. */
export interface Tls {
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
}

export const KINDS = ['standalone', 'replication', 'sentinel', 'cluster'] as const;
export type Kind = (typeof KINDS)[number];

export const PURPOSES = ['cache', 'store', 'queue', 'session'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What the owner expects of the deployment. An absent objective is not judged. */
export interface Objectives {
  /** Writes that may be lost in a crash, in seconds. */
  dataLossSeconds?: number;
  /** How long a replica may be away and still catch up without a full resync, in seconds. */
  outageToSurviveSeconds?: number;
  expectReplicas?: number;
  /** How old the newest backup may be, in seconds. */
  backupAgeSeconds?: number;
}

/** The Sentinels of a deployment and the name under which they watch its primary. */
export interface SentinelWatch {
  /** At least one; the other Sentinels are found through it. */
  seeds: readonly Address[];
  master: string;
  credentials: Credentials;
  tls?: Tls;
}

/** A host, with or without one of its ports. */
export interface Place {
  host: string;
  port?: number;
}

/** The target as it must be given to copy its data, which asks for more rights than reading does. */
export function copyLogin(target: Target): Target {
  return { ...target, credentials: target.backup?.credentials ?? target.remediate ?? target.credentials };
}

/** Where to connect to from here for what the deployment announces: one address, or every port of a host. */
export interface Detour {
  announced: Place;
  reachable: Place;
}
/** Which keys a host may show; without one a stranger in between could pose as it. */
export type HostKeys = { knownHosts: string } | { keys: readonly string[] };

/** How to look at the machines that the servers run on. File contents, not paths. */
export type HostAccess =
  | { kind: 'local' }
  | {
      kind: 'ssh';
      user: string;
      port: number;
      key: string;
      passphrase?: string;
      trusted: HostKeys;
      /** Where SSH answers, when not at the node's own address: one for all nodes, or by node name. */
      address?: string | Readonly<Record<string, string>>;
      /** For approved commands alone; without it nothing is ever changed on the machines. */
      remediate?: HostRemediate;
    };

/** A login of its own, so that the one for looking cannot change anything. */
export interface HostRemediate {
  user: string;
  key: string;
  passphrase?: string;
  /** The folder on the machines where a backup is put in order to be restored. */
  backups?: string;
}

/** A deployment, not a socket: its seed addresses, how to log in, what it is for and who looks after it. */
export interface Target {
  name: TargetName;
  kind: Kind;
  /** The other members are found by following the replication links. Empty where the Sentinels name the servers. */
  seeds: readonly Address[];
  /** For announced addresses that mean nothing here, such as those of a container network. */
  addresses?: readonly Detour[];
  sentinel?: SentinelWatch;
  /** For reading. */
  credentials: Credentials;
  /** For running approved commands; the reading credentials when absent. */
  remediate?: Credentials;
  tls?: Tls;
  /** Absent: not declared, so rules that depend on it say what they assumed. */
  purpose?: Purpose;
  objectives: Objectives;
  environment: string;
  /** Slack channel id for its threads; the default channel when absent. */
  channel?: string;
  owners: readonly SlackUserId[];
  /** An alert belongs to this target when it carries all of these labels. */
  alertLabels: Readonly<Record<string, string>>;
  /** rule id -> threshold name -> value, over the rule's own. */
  thresholds: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Prefixes of keys that must have an expiry: a scan of the keys tells those that have none. */
  mustExpire?: readonly string[];
  /** Lists that are its queues, by key: a scan of the keys tells whether they grow. */
  queues?: readonly string[];
  /** Whether the names of single keys may be told; families of names always are. */
  keyNames?: 'masked' | 'shown';
  /** Memory that the servers may use, in bytes (container limit or RAM), where the owner knows better than INFO. */
  memoryLimitBytes?: number;
  /** Users of the servers who are meant to administer them. */
  adminUsers?: readonly string[];
  /** What the network of each server can carry, in bits a second, where the owner knows. */
  networkBitsPerSecond?: number;
  /** How often it is sampled, over the default; or that it is not. */
  watch?: { everySeconds: number } | false;
  /** The service that runs the servers, where neither their addresses nor INFO show it. */
  managedBy?: ProviderId;
  /** Absent: the machines are not looked at. */
  host?: HostAccess;
  /** Absent: nothing runs without an approval. */
  auto?: AutoPolicy;
  /** Absent: no backup is taken of it by itself, and none is deleted. */
  backup?: { schedule?: BackupSchedule; keep: Keep; credentials?: Credentials };
}

/** The target as it must be given to open a connection to one of its Sentinels, which have logins of their own. */
export function sentinelLogin(target: Target): Target {
  const { sentinel } = target;
  if (!sentinel) return target;
  const { tls: _servers, ...others } = target;
  return { ...others, credentials: sentinel.credentials, ...(sentinel.tls && { tls: sentinel.tls }) };
}

/** Where to connect to for an address: there itself, unless the target says otherwise. One port goes before its host. */
export function reachableAt({ addresses = [] }: Pick<Target, 'addresses'>, { host, port }: Address): Address {
  const same = addresses.filter(({ announced }) => announced.host.toLowerCase() === host.toLowerCase());
  const detour =
    same.find(({ announced }) => announced.port === port) ?? same.find(({ announced }) => announced.port === undefined);
  return detour ? { host: detour.reachable.host, port: detour.reachable.port ?? port } : { host, port };
}

/** The same process may be asked different things about different masters: connections are told apart by this. */
export function connectionName(address: Address, { sentinel }: Target): string {
  return sentinel ? `${nodeName(address)} ${sentinel.master}` : nodeName(address);
}

/** Where it begins to be looked for, for people: its addresses, or the master and the Sentinels that watch it. */
export function whereabouts({ seeds, sentinel }: Target): string {
  const shown = (addresses: readonly Address[]) => {
    const left = addresses.length - 3;
    return `${addresses.slice(0, 3).map(nodeName).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
  };
  if (!sentinel) return shown(seeds);
  return `${sentinel.master}, watched by ${shown(sentinel.seeds)}`;
}

/** Where SSH answers for the host of a node. */
export function sshHost({ address }: { address?: string | Readonly<Record<string, string>> }, node: Address): string {
  const given = typeof address === 'object' ? address[nodeName(node)] : address;
  return given ?? node.host;
}

/** The name that a node goes by everywhere: `host:port`, IPv6 in brackets. */
export function nodeName(address: Address): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** The address of a node name as nodeName writes it. */
export function parseNodeName(name: string): Address {
  const at = name.lastIndexOf(':');
  return { host: name.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(name.slice(at + 1)) };
}
