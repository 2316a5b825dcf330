import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { noRoomFor, restoreStep } from '../domain/host-restore.ts';
import { watch } from '../domain/replication-group.ts';
import { bytes } from '../domain/units.ts';
import { RESTORE_NEEDS, restoreSite } from '../probes/host-restore.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** Copies a backup beside the data of a server and has it checked by the server's own tools, while the server runs. */
export default defineAction({
  args: z.strictObject({ stamp: z.string().optional() }),
  needs: [...RESTORE_NEEDS, replication, server],
  sends: [],
  risks: ['host'],
  plan({ stamp: given }, scene) {
    const site = restoreSite(scene, given);
    if ('refused' in site) return site;
    const { facts, values } = site;
    const { stamp } = values;
    const { node } = scene;
    const full = noRoomFor(facts);
    if (full) return { refused: full };
    const step = (which: Parameters<typeof restoreStep>[1]) => restoreStep(node.name, which, values);
    return {
      args: { stamp },
      commands: [step('copy'), step('check'), step('makeBefore')],
      undo: `What it makes is beside the data and does nothing: ${values.data}/medic-${stamp}.rdb can be removed.`,
      otherwise: [step('discard')],
      impact: [
        `The server goes on. ${bytes(facts.backup?.bytes ?? 0)} are copied into ${values.data} and read once to be checked, which its disk will notice.`,
        'A backup that is damaged, or of a newer version than the server, ends the run here, with nothing changed.',
      ],
      risk: 'host',
      watches: watch(node),
    };
  },
});
