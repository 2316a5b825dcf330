import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { leftAlone, steadyGroup } from '../domain/replication-group.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { bytes } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import lazyfree from '../probes/lazyfree-config.ts';
import memory from '../probes/memory.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

const OCCASIONS = ['user-del', 'server-del', 'expire', 'eviction'] as const;

/** Has large keys freed by a background thread, whoever removes them. */
export default defineAction({
  args: z.strictObject({
    /** On which occasions: DEL by users, overwriting, expiry, eviction. */
    on: z
      .array(z.enum(OCCASIONS))
      .min(1)
      .default([...OCCASIONS]),
  }),
  needs: [lazyfree, memory, replication, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan({ on }, scene) {
    const group = steadyGroup(scene, 'it is the one that deletes keys');
    if ('refused' in group) return group;
    const wanted = Object.fromEntries(on.map((occasion) => [`lazyfree-lazy-${occasion}`, 'yes']));
    const change = changeOf(
      group.flatMap((node) => settingsOf(node, 'lazyfree-config', scene.read(lazyfree, node), wanted)),
    );
    if (!change) return { refused: `keys are freed in the background already (${on.join(', ')})` };
    return {
      args: { on },
      commands: change.commands,
      undo: change.undo,
      impact: [
        'Removing a large key no longer holds every client up: what is left of it is freed by another thread.',
        'Memory comes back a moment later, so that for a short time more is in use: lazyfree_pending_objects shows how much is still to do.',
        ...(on.includes('eviction')
          ? [
              `While keys are evicted, ${bytes(scene.read(memory, group[0]).used_memory)} in use falls more slowly, and a few more keys may go.`,
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
