import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import { bytes } from '../domain/units.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

const READING = 'replication.master_failover_state';

/** Ends a FAILOVER that makes no progress: the primary stays, and its writes go on. */
export default defineAction({
  args: z.strictObject({}),
  needs: [replication, server],
  sends: [['FAILOVER']],
  risks: ['reversible'],
  plan(args, scene) {
    const { node } = scene;
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    const { master_failover_state: state, role, replicas_behind: behind } = scene.read(replication);
    if (state === undefined || state === 'no-failover') return { refused: `no failover of ${node.name} is under way` };
    // Once the replica has been told to take over, the two sort it out between them.
    if (role !== 'master' || state === 'failover-in-progress') {
      return { refused: `${node.name} has handed over already and waits for the answer: that ends by itself` };
    }
    return {
      args,
      commands: [
        {
          node: node.name,
          argv: ['FAILOVER', 'ABORT'],
          applied: [{ node: node.name, reading: READING, value: 'no-failover' }],
        },
      ],
      undo: 'The roles are as they were before the failover was begun: there is nothing to undo.',
      impact: [
        `${node.name} stays the primary and executes the writes that it holds back, at once; no data is touched.`,
        ...(behind === undefined ? [] : [`Its replica was ${bytes(behind)} behind: find out why before the next try.`]),
      ],
      risk: 'reversible',
      watches: watch(node, READING),
    };
  },
});
