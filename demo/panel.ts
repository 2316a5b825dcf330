import { z } from 'zod';
import type { Fleet } from './fleet/fleet.ts';
import type { Panel } from './workspace/control.ts';

const Which = z.object({ id: z.string() });

const COMPLETIONS = [
  { text: 'diagnose prod-cache', hint: 'look at the servers now' },
  { text: 'diagnose prod-orders', hint: 'look at the server now' },
  { text: 'status', hint: 'open incidents' },
  { text: 'targets', hint: 'what is looked after' },
  { text: 'runs', hint: 'what was run' },
  { text: 'pause', hint: 'stop all running' },
  { text: 'resume', hint: 'run again' },
  { text: 'help', hint: 'all commands' },
];

/** The servers beside the chat: live readings, and the buttons that break and heal them. */
export function fleetPanel(fleet: Fleet): Panel {
  return {
    completions: COMPLETIONS,
    doors: {
      async break(body) {
        await fleet.break(Which.parse(body).id);
        return fleet.look();
      },
      async heal(body) {
        await fleet.heal(Which.parse(body).id);
        return fleet.look();
      },
    },
    onNews: (listener) => fleet.onSight((sight) => listener({ kind: 'fleet', sight })),
  };
}
