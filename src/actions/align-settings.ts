import { z } from 'zod';
import { defineAction, type Scene } from '../domain/action.ts';
import { belowCeiling, describeCeiling, roomOf } from '../domain/maxmemory-room.ts';
import { bufferSetting, replicaLimit } from '../domain/output-buffer.ts';
import { unsteady } from '../domain/replication-group.ts';
import { atLeast } from '../domain/server.ts';
import { changeOf, describeChange, type Setting, settingsOf } from '../domain/settings.ts';
import { primaryOf, type ReadNode } from '../domain/snapshot.ts';
import { bytes } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import memoryConfig, { ignoresMaxmemory, ROOM_NEEDS, roomFacts } from '../probes/memory-config.ts';
import replicationConfig from '../probes/replication-config.ts';
import server from '../probes/server.ts';
import tuning from '../probes/tuning-config.ts';

/** Gives a replica the settings of its primary, so that a failover changes nothing. */
export default defineAction({
  args: z.strictObject({}),
  needs: [...ROOM_NEEDS, replicationConfig, server, tuning],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const { node, snapshot } = scene;
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    const primary = node.identity.role === 'replica' ? primaryOf(snapshot, node) : undefined;
    if (!primary) {
      return {
        refused:
          node.identity.role === 'replica'
            ? `the primary of ${node.name} could not be read: what to set is not known`
            : `${node.name} is a primary: this is for a replica that is set up otherwise`,
      };
    }
    const settings = [...limitsOf(scene, primary), ...streamOf(scene, primary), ...tuningOf(scene, primary)];
    const change = changeOf(settings);
    if (!change)
      return { refused: `${node.name} is set up as ${primary.name}, as far as that can be changed while it runs` };
    const refused = tooMuch(scene, primary) ?? deletes(scene, primary);
    if (refused) return { refused };
    const backlog = change.settings.some(({ parameter }) => parameter === 'repl-backlog-size');
    return {
      args,
      commands: change.commands,
      undo: change.undo,
      impact: [
        ...describeChange(change),
        `${primary.name} and the clients are not touched: these count when ${node.name} is promoted. Decide first that the values of the primary are the right ones.`,
        ...(backlog && !atLeast(node.identity.version, '7.0')
          ? [
              'Before 7.0 the new backlog is allocated at once, and replicas of this replica need a full sync if they lose their link now.',
            ]
          : []),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});

function limitsOf(scene: Scene, primary: ReadNode): Setting[] {
  const { node } = scene;
  const { maxmemory, maxmemory_policy } = scene.read(memoryConfig, primary);
  return settingsOf(node, 'memory-config', scene.read(memoryConfig), {
    maxmemory,
    'maxmemory-policy': maxmemory_policy,
  });
}

function streamOf(scene: Scene, primary: ReadNode): Setting[] {
  const { node } = scene;
  const [here, there] = [scene.read(replicationConfig), scene.read(replicationConfig, primary)];
  const limit = replicaLimit(there.client_output_buffer_limit ?? '');
  return [
    ...settingsOf(node, 'replication-config', here, {
      'repl-backlog-size': there.repl_backlog_size,
      'repl-timeout': there.repl_timeout,
    }),
    ...(limit ? [bufferSetting(node, here.client_output_buffer_limit ?? '', 'replica', limit)] : []),
  ];
}

/** What both versions know; others have no counterpart. */
function tuningOf(scene: Scene, primary: ReadNode): Setting[] {
  const { node } = scene;
  const here: Readonly<Record<string, string | number | undefined>> = scene.read(tuning);
  const wanted = Object.entries(scene.read(tuning, primary)).flatMap(([field, value]) =>
    value === undefined || here[field] === undefined ? [] : [[field.replaceAll('_', '-'), value] as const],
  );
  return settingsOf(node, 'tuning-config', here, Object.fromEntries(wanted));
}

/** Why the machine of the replica cannot carry the limit of its primary. */
function tooMuch(scene: Scene, primary: ReadNode): string | undefined {
  const { node, snapshot } = scene;
  const [own, wanted] = [scene.read(memoryConfig).maxmemory, scene.read(memoryConfig, primary).maxmemory];
  if (own === wanted || (own > 0 && wanted > 0 && wanted < own)) return undefined;
  const room = roomOf(snapshot, node, roomFacts(node));
  if ('refused' in room) return room.refused;
  if (wanted === 0)
    return `${primary.name} has no maxmemory, and ${node.name} is better off with its ${bytes(own)}: give the primary one (playbook limit-memory)`;
  return belowCeiling(room) < wanted
    ? `the maxmemory of ${primary.name} is ${bytes(wanted)}, and ${describeCeiling(room)}: give ${node.name} a machine as large as its primary's`
    : undefined;
}

/** A replica that minds maxmemory deletes keys by itself, and then differs from its primary. */
function deletes(scene: Scene, primary: ReadNode): string | undefined {
  const { node } = scene;
  const { maxmemory, maxmemory_policy: policy } = scene.read(memoryConfig, primary);
  const used = roomFacts(node).memory.effective;
  return !ignoresMaxmemory(node) && maxmemory > 0 && used > maxmemory && policy !== 'noeviction'
    ? `${node.name} minds maxmemory (replica-ignore-maxmemory no) and would delete keys at ${bytes(maxmemory)}: set that to yes first`
    : undefined;
}
