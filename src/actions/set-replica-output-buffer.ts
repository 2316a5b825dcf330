import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { limitUnknown, SYNC_DELAY, syncSeconds } from '../domain/headroom.ts';
import { memoryLimit } from '../domain/memory-limit.ts';
import { type BufferLimit, bufferSetting, describeLimit, limitWords, replicaLimit } from '../domain/output-buffer.ts';
import { leftAlone, steadyGroup } from '../domain/replication-group.ts';
import { writeRate } from '../domain/replication-link.ts';
import { atLeast } from '../domain/server.ts';
import { changeOf } from '../domain/settings.ts';
import { replicaBuffer } from '../domain/sizing.ts';
import { bytes, duration } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import memoryProbe from '../probes/memory.ts';
import persistence from '../probes/persistence.ts';
import replication from '../probes/replication.ts';
import replicationConfig from '../probes/replication-config.ts';
import server from '../probes/server.ts';

/** A buffer this large a part of the free memory would trade the link for the server. */
const OF_FREE = 0.25;

const Size = z.number().int().nonnegative();

/** Sizes the output buffer of replica links for one whole full sync at the measured write rate. */
export default defineAction({
  args: z.strictObject({
    hard: Size.optional(),
    soft: Size.optional(),
    soft_s: Size.optional(),
    /** Bytes written per second, which the size is for; measured when absent. */
    rate: z.number().nonnegative().optional(),
  }),
  needs: [memoryProbe, persistence, replication, replicationConfig, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const group = steadyGroup(scene, 'the buffer is on its side of the link');
    if ('refused' in group) return group;
    const [head] = group;
    const written = args.rate ?? writeRate(scene.reading(replication, head));
    if (written === undefined) return { refused: `the write rate of ${head.name} could not be measured` };
    const memory = scene.read(memoryProbe, head);
    const sync = SYNC_DELAY + syncSeconds(memory, scene.read(persistence, head));
    const sized = replicaBuffer(written, sync);
    const old = replicaLimit(scene.read(replicationConfig, head).client_output_buffer_limit ?? '');
    if (old === undefined) return { refused: `${head.name} does not show client-output-buffer-limit` };
    const lower = notRaised('hard', args.hard, old.hard) ?? notRaised('soft', args.soft, old.soft);
    if (lower !== undefined) return { refused: lower };
    const limit: BufferLimit = {
      hard: args.hard ?? looser(old.hard, sized.hard),
      soft: args.soft ?? looser(old.soft, sized.soft),
      softSeconds: args.soft_s ?? Math.max(old.softSeconds, sized.softSeconds),
    };
    if (limitWords(limit) === limitWords(old)) {
      const refused = `the buffer (${describeLimit(old)}) already outlasts a full sync of ${duration(sync)} at ${bytes(written)}/s`;
      return args.hard === undefined ? { refused, choosable: true } : { refused };
    }
    const room = memoryLimit(scene.snapshot, head, memory);
    if (!room) return { refused: limitUnknown(head) };
    const free = Math.max(0, room.bytes - memory.used_memory_rss);
    const links = atLeast(head.identity.version, '7.0')
      ? 1
      : Math.max(1, scene.read(replication, head).connected_slaves);
    if (limit.hard * links > free * OF_FREE) {
      return {
        refused: `a full sync of ${duration(sync)} at ${bytes(written)}/s needs ${bytes(limit.hard * links)} of buffer, more than a quarter of the ${bytes(free)} free on ${head.name} (${room.from})`,
      };
    }
    const change = changeOf(
      group.map((node) =>
        bufferSetting(node, scene.read(replicationConfig, node).client_output_buffer_limit ?? '', 'replica', limit),
      ),
    );
    if (!change) return { refused: `the buffer is ${describeLimit(limit)} already` };

    return {
      args: { hard: limit.hard, soft: limit.soft, soft_s: limit.softSeconds, rate: written },
      commands: change.commands,
      undo: change.undo,
      impact: [
        `A replica link is cut at ${describeLimit(limit)} instead of ${describeLimit(old)}: room for a full sync of ${duration(sync)} at ${bytes(written)}/s.`,
        `While a sync runs the primary may hold up to ${bytes(limit.hard * links)} more; ${bytes(free)} is free (${room.from}).`,
        'No link is cut by the change itself.',
        ...leftAlone(scene.snapshot, group, 'limit'),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});

/** Why a limit that somebody chose is none to raise to; undefined when it is. */
function notRaised(which: string, chosen: number | undefined, old: number): string | undefined {
  if (chosen === undefined || chosen === old) return undefined;
  if (chosen === 0) return `without a ${which} limit one slow replica could take all the memory`;
  if (old > 0 && chosen > old) return undefined;
  return `the ${which} limit is ${old === 0 ? 'none' : bytes(old)} now, and ${bytes(chosen)} could cut links that stand`;
}

/** 0 is no limit, looser than any. */
function looser(one: number, other: number): number {
  return one === 0 || other === 0 ? 0 : Math.max(one, other);
}
