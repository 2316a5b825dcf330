import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { leftAlone, steadyGroup } from '../domain/replication-group.ts';
import { changeOf, describeChange, settingsOf } from '../domain/settings.ts';
import { duration } from '../domain/units.ts';
import clientList, { type Client } from '../probes/client-list.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import networkConfig from '../probes/network-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** Has the servers close connections that are idle for long, or notice those whose other end is gone. */
export default defineAction({
  args: z
    .strictObject({
      /** Seconds without a command after which a connection is closed; not below five minutes, which pools rest for. */
      idle_s: z.number().int().min(300).max(86_400).optional(),
      /** Seconds after which TCP asks whether the other end is still there. */
      keepalive_s: z.number().int().min(30).max(3600).optional(),
    })
    .refine(({ idle_s, keepalive_s }) => idle_s !== undefined || keepalive_s !== undefined, {
      error: 'name idle_s or keepalive_s',
    }),
  needs: [clientList, networkConfig, replication, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible', 'disruptive'],
  plan(args, scene) {
    const group = steadyGroup(scene, 'most connections are there');
    if ('refused' in group) return group;
    const { node } = scene;
    const { timeout } = scene.read(networkConfig);
    if (args.idle_s !== undefined && timeout > 0 && timeout <= args.idle_s) {
      return { refused: `connections are closed after ${duration(timeout)} without a command already` };
    }
    const change = changeOf(
      group.flatMap((member) =>
        settingsOf(member, 'network-config', scene.read(networkConfig, member), {
          timeout: args.idle_s,
          'tcp-keepalive': args.keepalive_s,
        }),
      ),
    );
    if (!change) return { refused: 'that is how it is set already' };
    const limit = args.idle_s ?? Number.POSITIVE_INFINITY;
    const listed = scene.read(clientList).filter(isOrdinary);
    const closed = listed.filter(({ idle }) => idle >= limit).length;
    return {
      args,
      commands: change.commands,
      undo: change.undo,
      impact: [
        ...describeChange(change),
        ...(args.idle_s === undefined
          ? [
              'Connections whose other end is gone are noticed and closed; it counts for those that are opened from now on.',
            ]
          : [
              `${closed} of ${listed.length} connections to ${node.name} have been idle for ${duration(limit)} or more and are closed within seconds. Subscribers, blocked workers, replicas and the link to a primary are spared.`,
              'A pool that keeps connections for longer meets closed ones and must test them or try again: its longest idle time should be shorter than this. Closed connections do not come back with an undo.',
            ]),
        ...leftAlone(scene.snapshot, group, 'setting'),
        ...afterRestart(change.settings),
      ],
      risk: args.idle_s === undefined ? 'reversible' : 'disruptive',
      watches: change.watches,
    };
  },
});

/** The timeout is not for those that wait by design: subscribers, blocked workers, links between servers. */
function isOrdinary({ flags, name }: Client): boolean {
  return !/[PbSM]/.test(flags) && !name.startsWith('redis-medic');
}
