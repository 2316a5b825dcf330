import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import { duration } from '../domain/units.ts';
import clients from '../probes/clients.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** Ends a CLIENT PAUSE that somebody, or a tool that died, left behind. */
export default defineAction({
  args: z.strictObject({}),
  needs: [clients, replication, server],
  sends: [['CLIENT', 'UNPAUSE']],
  risks: ['disruptive'],
  plan(args, scene) {
    const { node } = scene;
    const { paused_reason: reason, paused_timeout_milliseconds: left } = scene.read(clients);
    const { master_failover_state: failover = 'no-failover' } = scene.read(replication);
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    if (failover !== 'no-failover' || reason === 'failover_in_progress') {
      return {
        refused: `a failover is under way on ${node.name} and holds the clients so that no write is lost: FAILOVER ABORT ends it, and the pause with it`,
      };
    }
    if (reason === 'none') return { refused: `the clients of ${node.name} are not paused any more` };
    return {
      args,
      commands: [
        {
          node: node.name,
          argv: ['CLIENT', 'UNPAUSE'],
          applied: reason === undefined ? [] : [{ node: node.name, reading: 'clients.paused_reason', value: 'none' }],
        },
      ],
      undo: 'Whoever wants the pause back orders it anew, with CLIENT PAUSE and a time at which it ends by itself.',
      impact: [
        `Everything that waits is answered at once${left ? `, ${duration(Math.ceil(left / 1000))} before the pause would have ended by itself` : ''}.`,
        'If somebody paused the clients for a move or a promotion that still goes on, writes that come now may be lost to it: ask before you approve.',
      ],
      risk: 'disruptive',
      watches: watch(node),
    };
  },
});
