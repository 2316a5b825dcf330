import { z } from 'zod';
import { defineAction, type Scene, WITHIN_THE_HOUR } from '../domain/action.ts';
import { unsteady } from '../domain/replication-group.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { readNodes } from '../domain/snapshot.ts';
import { duration } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import replication from '../probes/replication.ts';
import replicationConfig from '../probes/replication-config.ts';
import server from '../probes/server.ts';

/** Requires so many replicas in good state before a primary accepts writes, or no longer requires any. */
export default defineAction({
  args: z.strictObject({ count: z.number().int().min(0).max(8) }),
  needs: [replication, replicationConfig, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan({ count }, scene) {
    const { node } = scene;
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    if (node.identity.role !== 'primary') {
      return { refused: `${node.name} is a replica: min-replicas-to-write is for primaries` };
    }
    const now = scene.read(replicationConfig);
    const { min_replicas_to_write: old = 0, min_replicas_max_lag: lag = 10 } = now;
    const change = changeOf(settingsOf(node, 'replication-config', now, { 'min-replicas-to-write': count }));
    if (!change) return { refused: `min-replicas-to-write is ${count} already` };
    const good = goodReplicas(scene, lag);
    if (count > old && good < count) {
      return {
        refused: `${good} replicas are in good state and ${count} would be required: every write would be refused at once. Bring the replicas back first`,
      };
    }
    const rival = count < old ? notAlone(scene) : undefined;
    if (rival) return { refused: rival };
    return {
      args: { count },
      commands: change.commands,
      undo: change.undo,
      impact: [
        count === 0
          ? `Writes are accepted again at once, with ${good} replicas in good state. What is written while none follows is lost if ${node.name} is lost.`
          : `Writes are refused (NOREPLICAS) while fewer than ${count} replicas have acknowledged within ${duration(lag)}; ${good} do now. ${good > count ? `${good - count} more may fail without that.` : 'As soon as one more fails, nothing can be written.'}`,
        count < old
          ? 'It was the protection against a split brain: this is the only primary that was found, and every server of the target was looked at. Undo this when the replicas are back; the thread reminds you of it until it is undone.'
          : `A primary that is cut off from its replicas stops accepting writes after ${duration(lag)}, so that fewer are lost in a failover.`,
        ...afterRestart(change.settings),
      ],
      ...(count < old && {
        remind: {
          afterSeconds: WITHIN_THE_HOUR,
          text: `${node.name} still accepts writes with ${count === 0 ? 'no replica' : `only ${count} of ${old} replicas`} in touch (min-replicas-to-write is ${count}, and was ${old}): a split brain could take writes that are lost. Bring the replicas back, and undo this.`,
        },
      }),
      risk: 'reversible',
      watches: change.watches,
    };
  },
});

/** Those whose acknowledgement is fresh; one that still takes its copy does not count. */
function goodReplicas(scene: Scene, lag: number): number {
  return scene.read(replication).replicas.filter(({ state, ackSeconds }) => state === 'online' && ackSeconds <= lag)
    .length;
}

/** Why another primary of the same data cannot be ruled out. */
function notAlone({ snapshot, node }: Scene): string | undefined {
  const dark = snapshot.nodes.find((other) => other.kind === 'unread');
  if (dark) {
    return `${dark.name} could not be read and may be a primary as well: writes to both would be lost on one. Stop or fence it first`;
  }
  const shard = node.seat?.shard;
  const other = readNodes(snapshot).find(
    (one) => one !== node && one.identity.role === 'primary' && (shard === undefined || one.seat?.shard === shard),
  );
  return other && `${other.name} is a primary as well: decide which one stays, and fence the other, first`;
}
