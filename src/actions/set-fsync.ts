import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { leftAlone, steadyGroup } from '../domain/replication-group.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { duration } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** With everysec a crash loses the second that was not flushed and the one that is being flushed. */
const EVERYSEC_LOSS = 2;

/** Sets when the append-only file is flushed, and whether that waits while a child writes to the same disk. */
export default defineAction({
  args: z
    .strictObject({
      fsync: z.enum(['always', 'everysec']).optional(),
      /** No flush while a snapshot or rewrite runs. */
      not_on_rewrite: z.enum(['yes', 'no']).optional(),
    })
    .refine(({ fsync, not_on_rewrite }) => fsync !== undefined || not_on_rewrite !== undefined, {
      error: 'name fsync or not_on_rewrite',
    }),
  needs: [persistence, persistenceConfig, replication, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const { snapshot } = scene;
    const group = steadyGroup(scene, 'its disk is the one that clients wait for');
    if ('refused' in group) return group;
    const [head] = group;
    if (scene.read(persistenceConfig, head).appendonly !== 'yes') {
      return { refused: `the append-only file of ${head.name} is off: nothing is flushed` };
    }
    const rewrite = Math.max(
      0,
      scene.read(persistence, head).aof_last_rewrite_time_sec ?? 0,
      scene.read(persistence, head).rdb_last_bgsave_time_sec,
    );
    const loss = EVERYSEC_LOSS + (args.not_on_rewrite === 'yes' ? rewrite : 0);
    const loosens = args.fsync === 'everysec' || args.not_on_rewrite === 'yes';
    const { dataLossSeconds: allowed } = snapshot.target.objectives;
    if (loosens && allowed !== undefined && allowed < loss) {
      return {
        refused: `a crash could then lose about ${duration(loss)} of writes, and objectives.data_loss of ${snapshot.target.name} allows ${duration(allowed)}: give the file a faster disk, or have its owner change that objective`,
      };
    }
    const change = changeOf(
      group.flatMap((node) =>
        settingsOf(node, 'persistence-config', scene.read(persistenceConfig, node), {
          appendfsync: args.fsync,
          'no-appendfsync-on-rewrite': args.not_on_rewrite,
        }),
      ),
    );
    if (!change) return { refused: 'that is how it is set already' };
    return {
      args,
      commands: change.commands,
      undo: change.undo,
      impact: [
        loosens
          ? `Writes wait for the disk less. In return a crash of the machine, or a loss of power, may lose about ${duration(loss)} of writes that were acknowledged; a crash of the server alone loses none of what it wrote.`
          : 'Every write waits until it is on the disk: clients become slower, by the time that a flush takes.',
        ...(allowed === undefined && loosens
          ? ['No data_loss is declared for this target in medic.yml: make sure that its owner accepts that.']
          : []),
        ...leftAlone(snapshot, group, 'setting'),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});
