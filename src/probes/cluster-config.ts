import { mostCommon } from '../domain/most-common.ts';
import { defineConfigProbe, type Probe } from '../domain/probe.ts';
import { readingIfAny, readNodes, type Snapshot } from '../domain/snapshot.ts';

const parameters = defineConfigProbe({
  'cluster-node-timeout': 'number?',
  'cluster-require-full-coverage': 'text?',
  'cluster-allow-reads-when-down': 'text?',
  'cluster-replica-validity-factor': 'number?',
  'cluster-replica-no-failover': 'text?',
  'cluster-link-sendbuf-limit': 'number?',
});

/** How a node of a cluster is set up; not asked where there is none. */
const clusterConfig: typeof parameters = {
  ...parameters,
  commands: (server, info, target) => (server.mode === 'cluster' ? parameters.commands(server, info, target) : []),
};
export default clusterConfig;

type Settings = typeof parameters extends Probe<infer T> ? T : never;

/** A setting as most of the cluster's nodes have it; undefined where none could be asked. */
export function settingOf<K extends keyof Settings>(snapshot: Snapshot, name: K): Settings[K] | undefined {
  return mostCommon(
    readNodes(snapshot).flatMap((node) => {
      const value = readingIfAny(node, clusterConfig)?.now[name];
      return value === undefined ? [] : [value];
    }),
  );
}

/** The default of every version. */
const NODE_TIMEOUT_MS = 15_000;

/** After how many ms without an answer a node counts as lost. */
export function nodeTimeoutMs(snapshot: Snapshot): number {
  return settingOf(snapshot, 'cluster_node_timeout') ?? NODE_TIMEOUT_MS;
}
