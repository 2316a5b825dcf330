import { defineAction } from '../domain/action.ts';
import { RESTORE_FILE } from '../domain/host-command.ts';
import { nameOf, RESTORE_NEEDS, RestoreArgs, restoreSource } from '../probes/host-restore.ts';
import replication from '../probes/replication.ts';

/** Compares what a server serves after a restore on its machine with the backup. It changes nothing, and takes nothing back. */
export default defineAction({
  args: RestoreArgs.pick({ backup: true }),
  needs: [...RESTORE_NEEDS, replication],
  sends: [],
  risks: ['read'],
  plan({ backup: given }, scene) {
    const { node } = scene;
    // By then it was restored: whether it is still there does not matter.
    const source = given ?? restoreSource(scene, undefined);
    if (typeof source !== 'string' && 'refused' in source) return source;
    const backup = typeof source === 'string' ? source : nameOf(source);
    const known = backup !== RESTORE_FILE;
    return {
      args: { backup },
      commands: known
        ? [{ node: node.name, via: 'medic', argv: ['backup', 'compare', backup, 'served'], applied: [] }]
        : [],
      undo: 'It only looks: there is nothing to undo.',
      impact: [
        known
          ? `The keys of each database, the functions and up to 100 keys that are drawn from ${backup} are compared with what ${node.name} serves then; writes that come meanwhile are allowed for. Where it differs, the run ends as failed and leaves the server as it is.`
          : `What ${RESTORE_FILE} holds is not known to redis-medic: beyond what redis-check-rdb says of it, nothing is compared.`,
      ],
      risk: 'read',
      watches: [{ node: node.name, reading: 'replication.role' }],
    };
  },
});
