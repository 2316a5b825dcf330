import { z } from 'zod';
import { defineAction, type Scene, WITHIN_THE_HOUR } from '../domain/action.ts';
import { unsteady } from '../domain/replication-group.ts';
import { changeRate, saveInterval, savePoints } from '../domain/save-points.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { duration } from '../domain/units.ts';
import clock from '../probes/clock.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** A snapshot should take a tenth of the time at the most. */
const SHARE = 10;
/** Nobody said what may be lost: a snapshot in five minutes under load. */
const USUAL = 300;
const HOUR = 3600;

/** Sets when snapshots are due: further apart, closer together, or never for now. */
export default defineAction({
  args: z
    .strictObject({
      /** As CONFIG GET save prints it: `3600 1 300 100`; `""` for none. Computed from `aim` when absent. */
      save: z
        .string()
        .regex(/^([1-9]\d* [1-9]\d*( [1-9]\d* [1-9]\d*)*)?$/, {
          error: 'pairs of seconds and changes, such as 3600 1 300 100',
        })
        .optional(),
      aim: z.enum(['relax', 'closer', 'pause']).optional(),
    })
    .refine(({ save, aim }) => save !== undefined || aim !== undefined, { error: 'name save or aim' }),
  needs: [clock, persistence, persistenceConfig, replication, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible', 'disruptive'],
  plan(args, scene) {
    const { node } = scene;
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    const now = scene.read(persistenceConfig);
    const wanted = args.save ?? computed(args.aim ?? 'relax', scene);
    if (typeof wanted !== 'string') return wanted;
    const change = changeOf(settingsOf(node, 'persistence-config', now, { save: wanted }));
    if (!change) return { refused: `the save points are ${JSON.stringify(wanted)} already` };
    const points = savePoints(wanted);
    const changes = changeRate(scene.reading(persistence), scene.read(clock).epochSeconds);
    const before = saveInterval(savePoints(now.save), changes);
    const after = saveInterval(points, changes);
    return {
      args: { save: wanted },
      commands: change.commands,
      undo: change.undo,
      impact: [
        `The whole list is replaced: ${JSON.stringify(now.save)} becomes ${JSON.stringify(wanted)}.`,
        ...(points.length === 0
          ? [
              `No snapshot is taken any more, not even by an orderly SHUTDOWN: ${now.appendonly === 'yes' ? 'the append-only file is all that is kept' : 'a restart loses everything since the last one'}. Undo this when the memory is there again; the thread reminds you of it until it is undone.`,
              'A snapshot or rewrite that is running is not ended.',
            ]
          : [
              `At ${changes.toFixed(1)} changes a second a snapshot is due after ${duration(after)} instead of ${duration(before)}: that much a crash may lose${now.appendonly === 'yes' ? ' of the snapshots; the append-only file has the rest' : ''}.`,
            ]),
        ...afterRestart(change.settings),
      ],
      ...(points.length === 0 && {
        remind: {
          afterSeconds: WITHIN_THE_HOUR,
          text: `${node.name} still takes no snapshots (save is empty): ${now.appendonly === 'yes' ? 'only the append-only file is kept' : 'a restart loses everything since the last one'}. Make room in memory, and undo this.`,
        },
      }),
      risk: points.length === 0 && now.appendonly !== 'yes' ? 'disruptive' : 'reversible',
      watches: change.watches,
    };
  },
});

/** Save points for an aim, from how long a snapshot takes and how much is changed. */
function computed(aim: 'relax' | 'closer' | 'pause', scene: Scene): string | { refused: string } {
  if (aim === 'pause') return '';
  const { rdb_last_bgsave_time_sec: last, rdb_current_bgsave_time_sec: current } = scene.read(persistence);
  const least = Math.max(0, last, current ?? 0) * SHARE;
  if (aim === 'relax') {
    const seconds = Math.max(USUAL, roundUp(least));
    return seconds >= HOUR ? `${seconds} 1` : `${HOUR} 1 ${seconds} 100`;
  }
  const allowed = scene.snapshot.target.objectives.dataLossSeconds ?? USUAL;
  if (allowed < Math.max(60, least)) {
    return {
      refused: `for a loss of ${duration(allowed)} a snapshot would have to be taken more often than every ${duration(Math.max(60, least))}, which costs more than it is worth: the append-only file (playbook enable-aof) loses one to two seconds`,
    };
  }
  return `${Math.floor(allowed)} 1`;
}

function roundUp(seconds: number): number {
  return Math.ceil(seconds / 60) * 60;
}
