import { z } from 'zod';
import { defineAction, type Scene } from '../domain/action.ts';
import { needsFullCopy } from '../domain/copy-check.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import { nodeNamed, primaryOf, type ReadNode, replicasOf } from '../domain/snapshot.ts';
import { bytes } from '../domain/units.ts';
import { isLinked } from '../domain/write-fence.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** It tries every second. */
const LINK_SECONDS = 30;

/** Drops a replica's link to its primary, so that it connects afresh and catches up from the backlog. */
export default defineAction({
  args: z.strictObject({
    /** `host:port`; the node itself, or of a primary the replica that is furthest behind, when absent. */
    replica: z.string().optional(),
  }),
  needs: [replication, server],
  sends: [['CLIENT', 'KILL']],
  risks: ['disruptive'],
  plan(args, scene) {
    const { snapshot } = scene;
    const node = chosen(args.replica, scene);
    if (node?.identity.role !== 'replica')
      return { refused: `${scene.node.name} is not a replica and has none that could be read` };
    const own = scene.read(replication, node);
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    if (own.master_sync_in_progress === 1)
      return { refused: `${node.name} is taking a full copy: dropping the link would start it over` };
    if (own.master_link_status !== 'up') {
      return {
        refused:
          `${node.name} has no link that could be dropped and tries to connect every second: ` +
          'look for why it cannot (network, address, password, primary down)',
      };
    }
    const primary = primaryOf(snapshot, node);
    if (!primary)
      return { refused: `the primary of ${node.name} could not be read, so it may not be there to connect to` };
    const unfit = unsteady(primary);
    if (unfit) return { refused: unfit };
    const theirs = scene.read(replication, primary);
    const full = needsFullCopy(theirs, own);
    if (full) return { refused: `${node.name} would need a full copy after it reconnects: ${full}` };
    const behind = Math.max(0, (theirs.master_repl_offset ?? 0) - (own.slave_repl_offset ?? 0));
    return {
      args: { replica: node.name },
      commands: [
        {
          node: node.name,
          argv: ['CLIENT', 'KILL', 'TYPE', 'master'],
          applied: [],
          until: { shows: [isLinked(node)], withinSeconds: LINK_SECONDS },
        },
      ],
      undo: 'The replica connects again by itself within a second: there is nothing to undo.',
      impact: [
        `${node.name} loses its link to ${primary.name} and connects again within a second or two; until then it serves data as old as now.`,
        `It is ${bytes(behind)} behind and the backlog reaches back ${bytes(theirs.repl_backlog_histlen ?? 0)}: it catches up without a full copy.`,
        'Connections of applications are not touched.',
      ],
      risk: 'disruptive',
      watches: [
        ...watch(
          node,
          'replication.master_host',
          'replication.master_port',
          'replication.master_link_status',
          'replication.master_replid',
        ),
        ...watch(primary, 'replication.master_replid'),
      ],
    };
  },
});

function chosen(name: string | undefined, scene: Scene): ReadNode | undefined {
  const { node, snapshot } = scene;
  if (name !== undefined) {
    const named = nodeNamed(snapshot, name);
    return named?.kind === 'read' ? named : undefined;
  }
  if (node.identity.role === 'replica') return node;
  const offset = (replica: ReadNode) => scene.read(replication, replica).slave_repl_offset ?? 0;
  return replicasOf(snapshot, node).toSorted((one, other) => offset(one) - offset(other))[0];
}
