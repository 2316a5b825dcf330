import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { limitUnknown } from '../domain/headroom.ts';
import { memoryLimit } from '../domain/memory-limit.ts';
import { leftAlone, steadyGroup } from '../domain/replication-group.ts';
import { changeOf, describeChange, settingsOf } from '../domain/settings.ts';
import { bytes } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import memory from '../probes/memory.ts';
import memoryConfig from '../probes/memory-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

const MIB = 1024 * 1024;
/** More than this of what the server may use is taken from its data. */
const OF_LIMIT = 0.2;
const TIMES = 4;

/** Lets all connections together hold more before the server closes the largest of them. */
export default defineAction({
  args: z.strictObject({
    /** Four times what it was when absent: how much was wanted cannot be seen, as those who wanted it were closed. */
    bytes: z.number().int().positive().optional(),
  }),
  needs: [memory, memoryConfig, replication, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const { node, snapshot } = scene;
    const group = steadyGroup(scene, 'its connections decide the size');
    if ('refused' in group) return group;
    const facts = scene.read(memory);
    const { maxmemory, maxmemory_clients: old } = scene.read(memoryConfig);
    if (old === undefined) return { refused: `${node.name} has no maxmemory-clients: it came with 7.0` };
    const before = old.endsWith('%') ? (Number(old.slice(0, -1)) / 100) * maxmemory : Number(old);
    if (before === 0) return { refused: 'connections have no common limit: none is closed for that' };
    const room = memoryLimit(snapshot, node, facts);
    if (!room) return { refused: limitUnknown(node) };
    const most = Math.floor(((maxmemory || room.bytes) * OF_LIMIT) / MIB) * MIB;
    const size = args.bytes ?? Math.min(most, Math.ceil((before * TIMES) / MIB) * MIB);
    if (size <= before) return { refused: `maxmemory-clients is ${bytes(before)} already` };
    if (size > most) {
      return {
        refused: `${bytes(size)} for connections is more than a fifth of ${bytes(maxmemory || room.bytes)}: find who holds so much and close those connections instead`,
      };
    }
    const change = changeOf(
      group.flatMap((member) =>
        settingsOf(member, 'memory-config', scene.read(memoryConfig, member), { 'maxmemory-clients': size }),
      ),
    );
    if (!change) return { refused: `maxmemory-clients is ${bytes(size)} already` };
    return {
      args: { bytes: size },
      commands: change.commands,
      undo: change.undo,
      impact: [
        ...describeChange(change),
        `All connections together may hold ${bytes(size)} instead of ${bytes(before)} (${bytes(facts.mem_clients_normal ?? 0)} now) before the largest are closed; it is taken from what data may use.`,
        'Undo closes the largest connections again when they hold more than before.',
        ...leftAlone(snapshot, group, 'limit'),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});
