import { resp } from '../../lab/lab.ts';
import { clientBuffers } from '../../lab/scenarios/client-buffers.ts';
import { connections } from '../../lab/scenarios/connections.ts';
import type { LoopCase } from '../loop-case.ts';
import { scenarioNamed } from '../loop-case.ts';

export const clients: readonly LoopCase[] = [
  {
    playbook: 'raise-maxclients',
    name: 'nearly as many connections as may be',
    undo: 'as-before',
    async arrange(lab) {
      const server = await lab.start(['--maxclients', '100']);
      for (let left = 85; left > 0; left -= 1) await lab.socket(server, 'web');
      return [server];
    },
  },
  {
    playbook: 'time-out-idle-clients',
    ...scenarioNamed(connections, 'a program opens connections and forgets them'),
    // Closed are those that were idle for five minutes, and no test waits for that.
    target: { purpose: 'store' },
    asked: { values: { idle: 300 } },
    undo: 'as-before',
  },
  {
    playbook: 'kill-script',
    name: 'a script loops without an end',
    undo: 'none',
    async arrange(lab) {
      const server = await lab.start(['--lua-time-limit', '200']);
      const looping = await lab.socket(server, 'job');
      looping.write(resp('EVAL', 'while true do end', '0'));
      return [server];
    },
  },
  {
    playbook: 'observability-on',
    name: 'nobody sees what is slow',
    asked: {},
    undo: 'as-before',
    arrange: async (lab) => [await lab.start()],
  },
  {
    playbook: 'persist-settings',
    name: 'a setting was changed while it runs, and the file says otherwise',
    asked: {},
    undo: 'none',
    async arrange(lab) {
      const server = await lab.start([], { configFile: true });
      await server.send('CONFIG', 'SET', 'maxmemory', '200mb');
      return [server];
    },
  },
  {
    playbook: 'stop-monitor',
    ...scenarioNamed(clientBuffers, 'a forgotten MONITOR'),
    undo: 'none',
  },
  {
    playbook: 'unpause-clients',
    ...scenarioNamed(connections, 'somebody paused the writers'),
    undo: 'none',
  },
];
