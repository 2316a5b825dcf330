import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { limitUnknown } from '../domain/headroom.ts';
import { memoryLimit } from '../domain/memory-limit.ts';
import { type BufferLimit, bufferLimit, bufferSetting, describeLimit } from '../domain/output-buffer.ts';
import { leftAlone, steadyGroup } from '../domain/replication-group.ts';
import { changeOf } from '../domain/settings.ts';
import { roundUpToPowerOfTwoMiB } from '../domain/sizing.ts';
import { bytes } from '../domain/units.ts';
import clientList, { type Client } from '../probes/client-list.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import memory from '../probes/memory.ts';
import replication from '../probes/replication.ts';
import replicationConfig from '../probes/replication-config.ts';
import server from '../probes/server.ts';

const MIB = 1024 * 1024;
/** No single connection is worth more of what the data and the server may use. */
const OF_LIMIT = 0.05;
const OF_FREE = 0.25;
/** Normal clients: room for any sensible reply, and a minute to take a large one. */
const SMALLEST = 16 * MIB;
const LARGEST = 256 * MIB;
const SECONDS = 60;

const Size = z.number().int().positive();

/** Limits what the server keeps for one client that does not read, or gives slow subscribers more room. */
export default defineAction({
  args: z.strictObject({
    class: z.enum(['normal', 'pubsub']),
    hard: Size.optional(),
    soft: Size.optional(),
    soft_s: z.number().int().min(10).max(3600).optional(),
  }),
  needs: [clientList, memory, replication, replicationConfig, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible', 'disruptive'],
  plan(args, scene) {
    const { node, snapshot } = scene;
    const group = steadyGroup(scene, 'its clients decide the size');
    if ('refused' in group) return group;
    const facts = scene.read(memory);
    const room = memoryLimit(snapshot, node, facts);
    if (!room) return { refused: limitUnknown(node) };
    const old = bufferLimit(scene.read(replicationConfig).client_output_buffer_limit ?? '', args.class);
    if (!old) return { refused: `${node.name} does not show client-output-buffer-limit` };
    const listed = scene.read(clientList).filter((client) => isOf(args.class, client));
    if (args.class === 'pubsub' && listed.length === 0) {
      return { refused: `${node.name} has no subscribers: it is another class of connections that is closed` };
    }
    const most = Math.min(room.bytes, facts.maxmemory || Number.POSITIVE_INFINITY);
    const worst = Math.max(0, ...listed.map(({ omem }) => omem));
    const hard =
      args.hard ??
      (args.class === 'normal'
        ? Math.min(LARGEST, Math.max(SMALLEST, Math.floor((most * OF_LIMIT) / MIB) * MIB))
        : roundUpToPowerOfTwoMiB(Math.max(2 * worst, 2 * old.hard)));
    const limit: BufferLimit = {
      hard,
      soft: args.soft ?? Math.floor(hard / 4),
      softSeconds: args.soft_s ?? SECONDS,
    };
    const tighter = old.hard === 0 || hard < old.hard;
    if (args.class === 'normal' && args.hard === undefined && !tighter) {
      return { refused: `normal clients are cut at ${describeLimit(old)} already` };
    }
    const free = Math.max(0, room.bytes - facts.used_memory_rss);
    const behind = listed.filter(({ omem }) => omem > MIB).length;
    if (!tighter && limit.hard * Math.max(1, behind) > free * OF_FREE) {
      return {
        refused: `${behind} connections are behind and could hold ${bytes(limit.hard)} each, more than a quarter of the ${bytes(free)} free on ${node.name} (${room.from}): make the consumers faster instead`,
      };
    }
    const change = changeOf(
      group.map((member) =>
        bufferSetting(
          member,
          scene.read(replicationConfig, member).client_output_buffer_limit ?? '',
          args.class,
          limit,
        ),
      ),
    );
    if (!change) return { refused: `that class is cut at ${describeLimit(limit)} already` };
    const cut = listed.filter(({ omem }) => omem >= limit.hard);
    return {
      args: { class: args.class, hard: limit.hard, soft: limit.soft, soft_s: limit.softSeconds },
      commands: change.commands,
      undo: change.undo,
      impact: [
        `A ${args.class === 'pubsub' ? 'subscriber' : 'normal client'} that does not read its replies is cut at ${describeLimit(limit)} instead of ${describeLimit(old)}.`,
        cut.length > 0
          ? `${cut.length} of ${listed.length} connections to ${node.name} hold more than that now and are closed at the next reply; what they did not read is lost to them.`
          : `None of ${listed.length} connections to ${node.name} holds so much now; the most is ${bytes(worst)}.`,
        ...(tighter
          ? [
              'A client that asks for more than that in one reply is cut in the middle of it: exports and huge ranges fail.',
            ]
          : [`Those that are behind may take up to ${bytes(limit.hard)} each; ${bytes(free)} is free (${room.from}).`]),
        ...leftAlone(snapshot, group, 'limit'),
        ...afterRestart(change.settings),
      ],
      risk: cut.length > 0 ? 'disruptive' : 'reversible',
      watches: change.watches,
    };
  },
});

function isOf(name: 'normal' | 'pubsub', { flags, name: own }: Client): boolean {
  if (/[MS]/.test(flags) || own.startsWith('redis-medic')) return false;
  return flags.includes('P') === (name === 'pubsub');
}
