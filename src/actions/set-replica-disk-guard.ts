import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { unsteady } from '../domain/replication-group.ts';
import { atLeast } from '../domain/server.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** Keeps a replica alive although its disk fails: without it the next write from the primary ends the process. */
export default defineAction({
  args: z.strictObject({}),
  needs: [persistence, persistenceConfig, replication, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const { node } = scene;
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    if (node.identity.role !== 'replica') {
      return { refused: `${node.name} is a primary: a failed save stops its writes, not its process` };
    }
    if (!atLeast(node.identity.version, '7.0')) {
      return { refused: `${node.name} runs ${node.identity.version}: before 7.0 a replica survives a disk that fails` };
    }
    const change = changeOf(
      settingsOf(node, 'persistence-config', scene.read(persistenceConfig), {
        'replica-ignore-disk-write-errors': 'yes',
      }),
    );
    if (!change) return { refused: 'the replica ignores errors of its disk already' };
    const { rdb_last_bgsave_status: rdb, aof_last_write_status: aof = 'ok' } = scene.read(persistence);
    return {
      args,
      commands: change.commands,
      undo: change.undo,
      impact: [
        'The replica stays up and goes on copying although it cannot write to its disk; reads and the primary are not touched.',
        `What it has on disk grows old meanwhile (last snapshot ${rdb}, append-only file ${aof}): a restart takes a full copy from the primary, or comes back with old data where there is none.`,
        'Take no snapshot there before the disk is repaired. Then run BGSAVE on it and undo this.',
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});
