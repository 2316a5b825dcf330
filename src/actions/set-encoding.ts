import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { leftAlone, steadyGroup } from '../domain/replication-group.ts';
import { changeOf, describeChange, settingsOf } from '../domain/settings.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';
import tuning from '../probes/tuning-config.ts';

/** Defaults of 7.0 and newer, with the limits that the rule encoding-limits-extreme calls extreme. The old names are understood everywhere. */
const LIMITS = [
  { parameter: 'hash-max-ziplist-entries', field: 'hash_max_ziplist_entries', most: 4096, usual: 512 },
  { parameter: 'hash-max-ziplist-value', field: 'hash_max_ziplist_value', most: 1024, usual: 64 },
  { parameter: 'zset-max-ziplist-entries', field: 'zset_max_ziplist_entries', most: 4096, usual: 128 },
  { parameter: 'zset-max-ziplist-value', field: 'zset_max_ziplist_value', most: 1024, usual: 64 },
  { parameter: 'set-max-listpack-entries', field: 'set_max_listpack_entries', most: 4096, usual: 128 },
  { parameter: 'set-max-intset-entries', field: 'set_max_intset_entries', most: 32_768, usual: 512 },
] as const;

/** Takes the sizes up to which collections stay compact back to their defaults, those that are extreme. */
export default defineAction({
  args: z.strictObject({}),
  needs: [replication, server, tuning],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const group = steadyGroup(scene, 'its writes convert the keys');
    if ('refused' in group) return group;
    const change = changeOf(
      group.flatMap((node) => {
        const now = scene.read(tuning, node);
        const extreme = LIMITS.filter(({ field, most }) => (now[field] ?? 0) > most);
        return settingsOf(
          node,
          'tuning-config',
          now,
          Object.fromEntries(extreme.map(({ parameter, usual }) => [parameter, usual])),
        );
      }),
    );
    if (!change) return { refused: 'no limit of compact collections is extreme' };
    return {
      args,
      commands: change.commands,
      undo: change.undo,
      impact: [
        ...describeChange(change),
        'Nothing is converted at once: a collection above the new limit changes when it is next written, once, and takes more memory afterwards (often twice as much). Watch used_memory.',
        'Undo sets the limits back; collections that changed stay as they are until they are written anew.',
        ...leftAlone(scene.snapshot, group, 'limits'),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});
