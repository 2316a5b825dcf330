import { z } from 'zod';
import { closest } from '../domain/closest.ts';
import { isHostFact } from '../domain/host-blanks.ts';
import { SlackUserId, TargetName } from '../domain/ids.ts';
import { PROVIDER_IDS } from '../domain/provider.ts';
import { parseAddress, parsePlace, parseRedisUrl } from '../domain/redis-url.ts';
import { type Detour, KINDS, type Place, PURPOSES } from '../domain/target.ts';
import { Auto } from './auto.ts';
import { Backups, TargetBackup } from './backups.ts';
import { BitRate, Bytes, read, Seconds } from './values.ts';
import { TargetWatch, Watch } from './watch.ts';

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;

const Node = read((text) => parseAddress(text, REDIS_PORT), 'expected host:port');
const SentinelNode = read((text) => parseAddress(text, SENTINEL_PORT), 'expected host:port');

/** The name in the Sentinels' own configuration: `sentinel monitor <name> …`. */
const MasterName = z
  .string()
  .regex(/^[^\s"'\p{Cc}]{1,128}$/u, 'expected the name after `sentinel monitor`, without blanks');

/** What the deployment announces -> what can be reached from here. */
const Addresses = z.record(z.string(), z.string('expected host:port, or a host')).transform((map, context) => {
  const detours: Detour[] = [];
  for (const [from, to] of Object.entries(map)) {
    const [announced, reachable] = [parsePlace(from), parsePlace(to)];
    const mistake = detourMistake(announced, reachable);
    if (mistake !== undefined) context.addIssue({ code: 'custom', message: mistake, path: [from] });
    else if (announced && reachable) detours.push({ announced, reachable });
  }
  return detours;
});

function detourMistake(announced: Place | undefined, reachable: Place | undefined): string | undefined {
  if (!announced) return 'the announced address is none: expected host:port, or a host';
  if (!reachable) return 'expected host:port, or a host';
  if (announced.port !== undefined || reachable.port === undefined) return undefined;
  return 'a host is mapped to a host, and its ports stay: to map a port, name it on both sides';
}

const Port = z.union([
  z.number().int().min(0).max(65_535),
  read((text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined), 'expected a port'),
]);

const Url = z.string().transform((text, context) => {
  const url = parseRedisUrl(text);
  if (typeof url !== 'string') return url;
  context.addIssue({ code: 'custom', message: `not a Redis URL: ${url}` });
  return z.NEVER;
});

/** A Slack channel id; names change, ids do not. */
const Channel = z
  .string()
  .regex(/^[CGD][A-Z0-9]{2,20}$/, 'expected a channel id such as C024BE91L (channel details, at the bottom)');

const User = read(
  (text) => SlackUserId.safeParse(text).data,
  'expected a member id such as U024BE7LH (profile, "Copy member ID")',
);

const Group = z.string().regex(/^S[A-Z0-9]{2,20}$/, 'expected a user group id such as S0614TZR7');

const Label = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected a label name: letters, digits and _');

const Login = { username: z.string().min(1).optional(), password: z.string().min(1).optional() };

const Name = read(
  (text) => TargetName.safeParse(text).data,
  'expected a name of letters, digits and . _ - that begins with a letter or digit',
);

const Kind = z.enum(KINDS);

const Tls = z.strictObject({
  ca: z.string().optional(),
  cert: z.string().optional(),
  key: z.string().optional(),
  servername: z.string().optional(),
});

const TlsSetting = z.union([z.literal(true), Tls], 'expected true, or a map of ca, cert, key, servername').optional();
export type TlsSetting = z.infer<typeof TlsSetting>;

const Sentinel = z.strictObject({
  nodes: z.array(SentinelNode).min(1),
  master: MasterName,
  /** Sentinels have users of their own. */
  ...Login,
  tls: TlsSetting,
});
/** How to get a host key, and why not to take it on trust. */
const HOST_KEY_WANTED =
  'needs known_hosts (a file) or host_key. `ssh-keyscan HOST` prints the keys of a host; compare them with what the ' +
  'host itself shows (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` there) before you write them down';

const HostKey = z
  .string()
  .regex(/^(?:ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/]{40,}=*(?: .*)?$/, 'expected a host key: ssh-ed25519 AAAA…');

const HostName = z.string().regex(/^[A-Za-z0-9_.:-]+$/, 'expected a host name or an IP address');

const SshLogin = {
  user: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.@$-]*$/, 'expected the name of a user'),
  key: z.string().min(1),
  passphrase: z.string().min(1).optional(),
};

const Ssh = z
  .strictObject({
    ...SshLogin,
    port: Port.default(22),
    /** Used only to run approved commands. */
    remediate: z
      .strictObject({
        ...SshLogin,
        backups: z
          .string()
          .refine((path) => isHostFact('backups', path), 'expected the path of a folder, below none of the system')
          .optional(),
      })
      .optional(),
    known_hosts: z.string().min(1).optional(),
    host_key: z.union([HostKey, z.array(HostKey).min(1)]).optional(),
    address: z.union([HostName, z.record(z.string(), HostName)]).optional(),
  })
  .refine(({ known_hosts, host_key }) => (known_hosts === undefined) !== (host_key === undefined), {
    error: ({ input }) =>
      typeof input === 'object' && input !== null && 'host_key' in input && 'known_hosts' in input
        ? 'either known_hosts or host_key, not both'
        : HOST_KEY_WANTED,
    when: ({ value }) => typeof value === 'object' && value !== null,
  });

const Host = z
  .strictObject({ ssh: Ssh.optional(), local: z.literal(true, 'expected true').optional() })
  .refine(({ ssh, local }) => (ssh === undefined) !== (local === undefined), {
    error: 'either ssh, or local: true where the server runs on this machine',
    when: ({ value }) => typeof value === 'object' && value !== null,
  });

/** Ids of the rules that thresholds may name; undefined leaves them unchecked. */
type RuleIds = ReadonlySet<string> | undefined;

const ruleId = (rules: RuleIds) =>
  z.string().superRefine((id, context) => {
    if (!rules || rules.has(id)) return;
    const meant = closest(id, rules);
    context.addIssue(`there is no such rule.${meant === undefined ? '' : ` Did you mean "${meant}"?`}`);
  });

type Keys = Readonly<Record<string, unknown>>;

/** A check of the keys of a target taken together: undefined or what is wrong, which is told at this key. */
function whole(wrong: (entry: Keys) => string | undefined, ...path: string[]): Parameters<z.ZodObject['refine']> {
  const isMap = (value: unknown) => typeof value === 'object' && value !== null;
  return [
    (entry) => wrong(entry) === undefined,
    {
      path,
      error: ({ input }) => (isMap(input) ? wrong(input as Keys) : undefined),
      // Also while other keys have mistakes, so that all come at once.
      when: ({ value }) => isMap(value),
    },
  ];
}

function whereOf({ url, nodes, sentinel }: Keys): string | undefined {
  if (url !== undefined && nodes !== undefined) return 'either url or nodes, not both';
  return (url ?? nodes ?? sentinel) ? undefined : 'needs either url or nodes, or sentinel';
}

function kindOf({ kind, sentinel }: Keys): string | undefined {
  if (kind === 'sentinel' && sentinel === undefined) return 'this kind needs the key sentinel, with nodes and master';
  if (sentinel === undefined || kind === undefined || kind === 'sentinel') return undefined;
  return 'with the key sentinel it is sentinel, and need not be given';
}

function besideSentinels({ url, nodes, sentinel }: Keys): string | undefined {
  const named = url !== undefined || nodes !== undefined;
  return sentinel !== undefined && named ? 'the Sentinels name the servers: leave url and nodes away' : undefined;
}

const targetEntry = (rules: RuleIds) =>
  z
    .strictObject({
      url: Url.optional(),
      nodes: z.array(Node).min(1).optional(),
      ...Login,
      /** Used only to run approved commands. */
      remediate: z.strictObject(Login).optional(),
      tls: TlsSetting,
      /** `sentinel` where there is that key, else `replication`. */
      kind: Kind.optional(),
      sentinel: Sentinel.optional(),
      addresses: Addresses.default([]),
      purpose: z.enum(PURPOSES).optional(),
      objectives: z
        .strictObject({
          data_loss: Seconds.optional(),
          outage_to_survive: Seconds.optional(),
          expect_replicas: z.number().int().min(0).max(1000).optional(),
          backup_age: Seconds.optional(),
        })
        .default({}),
      environment: z.string().min(1).max(60).default('production'),
      channel: Channel.optional(),
      owners: z.array(User).default([]),
      alerts: z.strictObject({ labels: z.record(Label, z.string().min(1)) }).optional(),
      thresholds: z.record(ruleId(rules), z.record(z.string(), z.number())).default({}),
      must_expire: z.array(z.string().min(1).max(200)).max(50).optional(),
      queues: z.array(z.string().min(1).max(200)).max(20).optional(),
      key_names: z.enum(['masked', 'shown']).optional(),
      memory_limit: Bytes.optional(),
      admin_users: z.array(z.string().min(1)).optional(),
      network_limit: BitRate.optional(),
      managed_by: z.enum(PROVIDER_IDS).optional(),
      /** How to look at the machines, and how to change them. */
      host: Host.optional(),
      watch: TargetWatch.optional(),
      auto: Auto.optional(),
      backup: TargetBackup.optional(),
    })
    .refine(...whole(whereOf))
    .refine(...whole(kindOf, 'kind'))
    .refine(...whole(besideSentinels, 'sentinel'));
export type TargetEntry = z.infer<ReturnType<typeof targetEntry>>;

const Listen = (host: string, port: number) =>
  z.strictObject({ host: z.string().min(1).default(host), port: Port.default(port) }).default({ host, port });

/** medic.yml as a person writes it. */
export const medicFile = (rules?: RuleIds) =>
  z.strictObject({
    targets: z.record(Name, targetEntry(rules)),
    approvers: z
      .strictObject({ users: z.array(User).default([]), groups: z.array(Group).default([]) })
      .default({ users: [], groups: [] }),
    slack: z.strictObject({ channel: Channel.optional() }).default({}),
    /** Remedies of one's own, beside those that ship. */
    playbooks: z.strictObject({ folder: z.string().min(1).optional() }).default({}),
    /** Hooks, health and metrics. */
    listen: Listen('127.0.0.1', 8080),
    /** Slack's requests, in HTTP mode. */
    slack_listen: Listen('0.0.0.0', 3000),
    data: z.string().min(1).default('./data'),
    /** Seconds between the two samples of a diagnosis. */
    window_s: z.number().min(0.5).max(60).default(2),
    watch: Watch,
    backups: Backups.optional(),
  });
export type MedicFile = z.infer<ReturnType<typeof medicFile>>;
