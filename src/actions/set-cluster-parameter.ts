import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { readNodes } from '../domain/snapshot.ts';
import { duration } from '../domain/units.ts';
import clusterConfig, { settingOf } from '../probes/cluster-config.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** What each may be, and what people notice. */
const PARAMETERS = {
  'cluster-require-full-coverage': {
    takes: (value: string) => value === 'yes' || value === 'no',
    does: (value: string) =>
      value === 'no'
        ? 'Slots that have a living owner are served at once, also while others have none: commands on keys of those fail with CLUSTERDOWN, so applications see a part of the data. Nothing is lost by it.'
        : 'As soon as one slot has no living owner, every node refuses every command.',
  },
  'cluster-allow-reads-when-down': {
    takes: (value: string) => value === 'yes' || value === 'no',
    does: (value: string) =>
      value === 'yes'
        ? 'While the cluster is down, nodes answer reads of their own slots, with what may be old data.'
        : 'While the cluster is down, nodes refuse reads as well.',
  },
  'cluster-node-timeout': {
    // Below this a fork or a slow command looks like a dead node; above, a dead one stays unnoticed for long.
    takes: (value: string) => Number(value) >= 5000 && Number(value) <= 60_000,
    does: (value: string) =>
      `A node counts as lost after ${duration(Number(value) / 1000)} without an answer, and a replica takes over about as long after that.`,
  },
} as const;
type Parameter = keyof typeof PARAMETERS;

/** Sets a parameter alike on every node of a cluster. */
export default defineAction({
  args: z.strictObject({
    parameter: z.enum(Object.keys(PARAMETERS) as [Parameter, ...Parameter[]]),
    value: z.union([z.string(), z.number().int()]).transform(String),
  }),
  needs: [clusterConfig, replication, server],
  sends: [['CONFIG', 'SET']],
  plan({ parameter, value }, scene) {
    const { snapshot } = scene;
    const nodes = readNodes(snapshot).filter(({ identity }) => identity.mode === 'cluster');
    if (nodes.length === 0) return { refused: `${scene.node.name} is in no cluster`, elsewhere: true };
    const { takes, does } = PARAMETERS[parameter];
    if (!takes(value)) return { refused: `${parameter} ${value} is not offered: it is out of bounds` };
    const change = changeOf(
      nodes.flatMap((node) =>
        settingsOf(node, 'cluster-config', scene.read(clusterConfig, node), { [parameter]: value }),
      ),
    );
    if (!change) return { refused: `${parameter} is ${value} on all ${nodes.length} nodes already` };
    const silent = snapshot.nodes.filter(({ kind }) => kind === 'unread');
    const most = settingOf(snapshot, parameter.replaceAll('-', '_') as 'cluster_node_timeout');
    return {
      args: { parameter, value },
      commands: change.commands,
      undo: change.undo,
      impact: [
        `${parameter} becomes ${value} on ${change.nodes.length} of ${nodes.length} nodes (most have ${most ?? 'none'}).`,
        does(value),
        ...silent.map(({ name }) => `${name} could not be read and keeps its ${parameter}.`),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});
