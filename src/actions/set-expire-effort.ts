import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { mainThread } from '../domain/main-thread.ts';
import { leftAlone, steadyGroup } from '../domain/replication-group.ts';
import { changeOf, describeChange, settingsOf } from '../domain/settings.ts';
import { percent } from '../domain/units.ts';
import cpu from '../probes/cpu.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';
import stats from '../probes/stats.ts';
import upkeep from '../probes/upkeep-config.ts';

/** The cycle runs on the thread of the commands: with less left than this it takes from the clients. */
const BUSY = 0.7;

/** Sets how often and how hard the servers look after expired keys, clients and tables. */
export default defineAction({
  args: z
    .strictObject({
      effort: z.number().int().min(1).max(10).optional(),
      hz: z.number().int().min(10).max(100).optional(),
      dynamic: z.literal('yes').optional(),
    })
    .refine((args) => Object.values(args).some((value) => value !== undefined), {
      error: 'name effort, hz or dynamic',
    }),
  needs: [cpu, replication, server, stats, upkeep],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const group = steadyGroup(scene, 'it is the one that expires keys');
    if ('refused' in group) return group;
    const [head] = group;
    const change = changeOf(
      group.flatMap((node) => {
        const now = scene.read(upkeep, node);
        return settingsOf(node, 'upkeep-config', now, {
          'active-expire-effort': args.effort,
          hz: args.hz,
          // Valkey 9.1 has it no more: it adapts always.
          'dynamic-hz': now.dynamic_hz === undefined ? undefined : args.dynamic,
        });
      }),
    );
    if (!change) return { refused: 'that is how it is set already' };
    const before = scene.read(upkeep, head);
    const harder = (args.effort ?? 0) > (before.active_expire_effort ?? 1) || (args.hz ?? 0) > (before.hz ?? 10);
    const load = mainThread({ snapshot: scene.snapshot, node: head }, scene.reading(cpu, head))?.share;
    if (harder && load !== undefined && load > BUSY) {
      return {
        refused: `the main thread of ${head.name} uses ${percent(load)} of a core: more upkeep would take from its clients. Spread the TTLs in the application instead`,
      };
    }
    const stale = scene.read(stats, head).expired_stale_perc;
    return {
      args,
      commands: change.commands,
      undo: change.undo,
      impact: [
        ...describeChange(change),
        harder
          ? `The expiry cycle may take up to about ${percent(cycleShare(args.effort ?? before.active_expire_effort ?? 1))} of the main thread while there is much to do${load === undefined ? '' : `, which is at ${percent(load)} now`}; each run stays below a few milliseconds.`
          : 'The servers spend less of their main thread on upkeep; expired keys may stay a little longer.',
        ...(stale !== undefined && stale > 0
          ? [
              `About ${percent(stale / 100)} of the keys with an expiry are past it now; the figure is a running mean and follows within minutes.`,
            ]
          : []),
        ...leftAlone(scene.snapshot, group, 'settings'),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});

/** A quarter of the time at effort 1, and 2 % more for each step (expire.c). */
function cycleShare(effort: number): number {
  return (25 + 2 * (effort - 1)) / 100;
}
