import { z } from 'zod';
import { defineAction, type Refusal, type Scene } from '../domain/action.ts';
import type { Probe } from '../domain/probe.ts';
import { leftAlone, steadyGroup, unsteady, unsteadyOf } from '../domain/replication-group.ts';
import { SETTABLE, type Settable, whyNotSettable, whyNotTaken } from '../domain/settable.ts';
import { changeOf, describeChange, settingsOf } from '../domain/settings.ts';
import { nodeNamed, type ReadNode, readNodes, replicasOf } from '../domain/snapshot.ts';
import clusterConfig from '../probes/cluster-config.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import memoryConfig from '../probes/memory-config.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import replicationConfig from '../probes/replication-config.ts';
import server from '../probes/server.ts';

const PROBES: Readonly<Record<Settable['probe'], Probe<object>>> = {
  'cluster-config': clusterConfig,
  'memory-config': memoryConfig,
  'persistence-config': persistenceConfig,
  'replication-config': replicationConfig,
};

/** Sets one parameter that needs no computing: those that are known to be harmless, within bounds, and no other. */
export default defineAction({
  args: z
    .strictObject({
      parameter: z.string().regex(/^[a-z][a-z0-9_-]*$/, { error: 'a parameter of CONFIG SET, such as repl-timeout' }),
      value: z.union([z.string(), z.number().int()]).transform(String).optional(),
      /** In place of a value: so many times what it is. */
      times: z.number().min(1.1).max(10).optional(),
      /** `host:port`, where it is for one server; the one that it is about, or its nearest replica, when absent. */
      node: z.string().optional(),
    })
    .refine(({ value, times }) => (value === undefined) !== (times === undefined), { error: 'name value or times' }),
  needs: [clusterConfig, memoryConfig, persistenceConfig, replication, replicationConfig, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const { snapshot } = scene;
    const settable = SETTABLE[args.parameter];
    const forbidden = whyNotSettable(scene.node, args.parameter);
    if (!settable || forbidden) return { refused: forbidden ?? `${args.parameter} is not known` };
    const node = chosen(scene, settable, args.node);
    if (!node)
      return { refused: `${args.node ?? `a replica of ${scene.node.name}`} could not be read, or is no replica` };
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    const group = membersFor(scene, settable, node);
    if ('refused' in group) return group;
    const value =
      args.value ?? String(Math.ceil(Number(presentValue(scene, node, settable, args.parameter)) * (args.times ?? 1)));
    const wrong = whyNotTaken(settable, value);
    if (wrong) return { refused: `${args.parameter} ${value}: ${wrong}` };
    const change = changeOf(
      group.flatMap((member) =>
        settingsOf(member, settable.probe, scene.read(PROBES[settable.probe], member), { [args.parameter]: value }),
      ),
    );
    if (!change) return { refused: `${args.parameter} is ${value} already` };
    const from = change.settings[0]?.from ?? '';
    return {
      args: { parameter: args.parameter, value, ...(!isShared(settable) && { node: node.name }) },
      commands: change.commands,
      undo: change.undo,
      impact: [
        ...describeChange(change),
        ...settable.does(value, from),
        ...(isShared(settable) ? leftAlone(snapshot, group, args.parameter) : []),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});

function presentValue(scene: Scene, node: ReadNode, { probe }: Settable, parameter: string): string {
  return settingsOf(node, probe, scene.read(PROBES[probe], node), { [parameter]: '' })[0]?.from ?? '';
}

function isShared({ on }: Settable): boolean {
  return on === 'group' || on === 'cluster';
}

/** All that must have it alike. */
function membersFor(scene: Scene, { on }: Settable, node: ReadNode): readonly ReadNode[] | Refusal {
  if (on === 'group') return steadyGroup(scene, 'it is set alike on all');
  if (on !== 'cluster') return [node];
  const nodes = readNodes(scene.snapshot);
  const odd = unsteadyOf(nodes);
  return odd ? { refused: odd } : nodes;
}

function chosen(scene: Scene, { on }: Settable, name: string | undefined): ReadNode | undefined {
  const { node, snapshot } = scene;
  if (on === 'group' || on === 'cluster') return node;
  if (name !== undefined) {
    const named = nodeNamed(snapshot, name);
    return named?.kind === 'read' && (on === 'node' || named.identity.role === 'replica') ? named : undefined;
  }
  if (on === 'node' || node.identity.role === 'replica') return node;
  const offset = (replica: ReadNode) => scene.read(replication, replica).slave_repl_offset ?? 0;
  return replicasOf(snapshot, node).toSorted((one, other) => offset(other) - offset(one))[0];
}
