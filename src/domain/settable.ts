import type { Command } from './command.ts';
import type { ReadNode } from './snapshot.ts';

/** A parameter that an action may set by its name: where its value is read, what it may be, and what it does. */
export interface Settable {
  probe: 'cluster-config' | 'memory-config' | 'persistence-config' | 'replication-config';
  /**
   * Set alike on every node of the cluster, on every member of the group, on the one server that it is about, or on a
   * replica: that server, or of a primary the replica that is furthest.
   */
  on: 'cluster' | 'group' | 'node' | 'replica';
  /** What it takes: one of some words, or a whole number between two bounds. */
  takes: readonly string[] | readonly [least: number, most: number];
  /** What people notice, as sentences. */
  does(to: string, from: string): string[];
}

const MIB = 1024 * 1024;

/** All that may be set by name. Everything else has an action of its own, or is left to people. */
export const SETTABLE: Readonly<Record<string, Settable>> = {
  'aof-use-rdb-preamble': {
    probe: 'persistence-config',
    on: 'group',
    takes: ['yes', 'no'],
    does: (to) =>
      to === 'yes'
        ? [
            'The next rewrite writes a file that is smaller and loads several times faster. Nothing happens before that: run a rewrite (playbook rewrite-aof) when the load is low.',
          ]
        : ['The next rewrite writes every key as a command: a larger file that other tools can read.'],
  },
  'client-query-buffer-limit': {
    probe: 'memory-config',
    on: 'group',
    takes: [64 * MIB, 2048 * MIB],
    does: (to) => [
      `A connection that sends more than ${Number(to) / MIB} MiB before it can be executed is closed. Values and pipelines of that size fail from now on, those that are under way included.`,
    ],
  },
  'cluster-link-sendbuf-limit': {
    probe: 'cluster-config',
    on: 'cluster',
    takes: [16 * MIB, 2048 * MIB],
    does: (to) => [
      `A link to another node is dropped, and made anew, when ${Number(to) / MIB} MiB wait to be sent over it. Messages that were published meanwhile do not reach the clients of that node.`,
    ],
  },
  'cluster-node-timeout': {
    probe: 'cluster-config',
    on: 'cluster',
    takes: [5000, 60_000],
    does: (to, from) => [
      `A node counts as lost after ${Number(to) / 1000} s without an answer instead of ${Number(from) / 1000} s, and a replica takes over about as long after that.`,
      Number(to) < Number(from)
        ? 'A pause of half as long, as by a fork or a slow command, can then cause a failover.'
        : 'A shard whose primary is dead stays down for so much longer.',
    ],
  },
  'cluster-require-full-coverage': {
    probe: 'cluster-config',
    on: 'cluster',
    takes: ['yes', 'no'],
    does: (to) =>
      to === 'no'
        ? [
            'When a slot has no living owner, commands for the others are still served; those for the lost one fail. Only where an answer from part of the data is not wrong.',
          ]
        : ['When a slot has no living owner, every node refuses all commands.'],
  },
  'maxmemory-eviction-tenacity': {
    probe: 'memory-config',
    on: 'group',
    takes: [0, 99],
    does: (to, from) => [
      Number(to) > Number(from)
        ? 'The server works longer at a time to get below maxmemory, and clients wait for it meanwhile; at 100, which is not offered, it would not stop before it is done.'
        : 'The server stops evicting sooner and serves clients in between; it may stay above maxmemory for longer.',
    ],
  },
  'min-replicas-max-lag': {
    probe: 'replication-config',
    on: 'node',
    takes: [1, 60],
    does: (to) => [`A replica counts as being in good state while its last acknowledgement is no older than ${to} s.`],
  },
  'repl-backlog-ttl': {
    probe: 'replication-config',
    on: 'group',
    takes: [0, 604_800],
    does: (to) => [
      to === '0'
        ? 'The replication history is kept for good, also while no replica is connected: its memory is not given back, and a replica that returns need not copy everything while the history reaches back to it.'
        : `The replication history is given up when no replica was connected for ${to} s.`,
      'A history that is gone already does not come back: the next replica takes a full copy.',
    ],
  },
  'repl-diskless-load': {
    probe: 'replication-config',
    on: 'replica',
    takes: ['disabled', 'on-empty-db', 'swapdb'],
    does: (to) =>
      to === 'swapdb'
        ? ['During a full sync the replica holds the old data and the new: it needs twice the memory.']
        : [
            'During a full sync the replica holds one set of data only; while it loads it answers with LOADING instead of old data. Nothing happens before the next full sync.',
          ],
  },
  'repl-timeout': {
    probe: 'replication-config',
    on: 'group',
    takes: [10, 3600],
    does: (to) => [
      `A link without a sign of life is dropped after ${to} s: a larger figure spares slow copies, a smaller one finds a dead link sooner. It is set on both ends.`,
    ],
  },
  'replica-priority': {
    probe: 'replication-config',
    on: 'replica',
    takes: [0, 1000],
    does: (to) => [
      to === '0'
        ? 'Sentinel never promotes this replica.'
        : `Sentinel may promote this replica when the primary is lost (of several, the one with the least figure first; this one has ${to}). Make sure that its machine can carry the load.`,
    ],
  },
  'replica-read-only': {
    probe: 'replication-config',
    on: 'replica',
    takes: ['yes'],
    does: () => [
      'Clients that write to this replica get READONLY from now on. What was written here already stays until the next full copy, and differs from the primary: compare it first if it matters.',
    ],
  },
  'replica-serve-stale-data': {
    probe: 'replication-config',
    on: 'replica',
    takes: ['yes', 'no'],
    does: (to) => [
      to === 'no'
        ? 'While its link is down this replica answers reads with MASTERDOWN instead of old data: applications must read elsewhere.'
        : 'While its link is down this replica answers reads with what it had when the link broke.',
    ],
  },
  'tracking-table-max-keys': {
    probe: 'memory-config',
    on: 'group',
    takes: [1000, 100_000_000],
    does: (to, from) => [
      `The server may remember ${to} keys for clients that cache, instead of ${from}: at about 100 bytes for each key and each client that has it.`,
    ],
  },
};

/** Taken from the command line or the file when the server starts, and never again. */
const IMMUTABLE = [
  'always-show-logo',
  'aof_rewrite_cpulist',
  'aof-rewrite-cpulist',
  'appenddirname',
  'appendfilename',
  'bgsave-cpulist',
  'bio-cpulist',
  'cluster-config-file',
  'cluster-enabled',
  'cluster-port',
  'daemonize',
  'databases',
  'disable-thp',
  'io-threads',
  'io-threads-do-reads',
  'logfile',
  'pidfile',
  'rdma-port',
  'replicaof',
  'server-cpulist',
  'set-proc-title',
  'slaveof',
  'supervised',
  'syslog-enabled',
  'tcp-backlog',
  'unixsocket',
  'unixsocketperm',
];

/** Whoever may set these can write files of their choice, or load code. */
const PROTECTED = [
  'aclfile',
  'dbfilename',
  'dir',
  'enable-debug-command',
  'enable-module-command',
  'enable-protected-configs',
];

const SECRET = ['masterauth', 'masteruser', 'requirepass', 'tls-client-key-file-pass', 'tls-key-file-pass'];

/**
 * A CONFIG SET that is sent by nobody, whatever was approved: no right of the server is narrower than all of CONFIG SET,
 * so what must stay out of reach is kept out here.
 */
export function neverSet([command, subcommand, ...words]: Command): string | undefined {
  if (command?.toUpperCase() !== 'CONFIG' || subcommand?.toUpperCase() !== 'SET') return undefined;
  const parameters = words.filter((_word, at) => at % 2 === 0).map((word) => word.toLowerCase());
  const found = parameters.find((parameter) => PROTECTED.includes(parameter) || SECRET.includes(parameter));
  return found && `redis-medic never sets ${found}, as it opens files or doors to whoever sets it`;
}

/** Why a parameter is not set by its name, and what to do instead; undefined when it may be. */
export function whyNotSettable(node: ReadNode, parameter: string): string | undefined {
  if (Object.hasOwn(SETTABLE, parameter)) return undefined;
  if (IMMUTABLE.includes(parameter)) {
    return `${parameter} is read when the server starts and cannot be changed while it runs: write it into the configuration of ${node.name}, then restart it, replicas first, and fail over`;
  }
  if (PROTECTED.includes(parameter)) {
    return `${parameter} is protected, since whoever sets it can write files or load code: it is never set from here. Write it into the configuration and restart the server`;
  }
  if (SECRET.includes(parameter)) {
    return `${parameter} holds a credential: it is never set from here, where it would stand in the plan and in the audit trail`;
  }
  return `${parameter} is not among those that are set by name: ${Object.keys(SETTABLE).join(', ')}`;
}

/** Why a value is not one that the parameter takes; undefined when it is. */
export function whyNotTaken({ takes }: Settable, value: string): string | undefined {
  const [least, most] = takes;
  if (typeof least === 'number' && typeof most === 'number') {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    return number >= least && number <= most ? undefined : `expected a whole number from ${least} to ${most}`;
  }
  return takes.some((word) => word === value) ? undefined : `expected ${takes.join(' or ')}`;
}
