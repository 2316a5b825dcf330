import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../../demo/redis-server.ts';
import { listReply, textReply } from '../../../src/domain/probe.ts';
import { clientsIn } from '../../../src/probes/client-list.ts';
import { type Lab, resp } from '../../lab/lab.ts';
import { clientBuffers } from '../../lab/scenarios/client-buffers.ts';
import { connections } from '../../lab/scenarios/connections.ts';
import type { LoopCase } from '../loop-case.ts';
import { ADVICE, scenarioNamed } from '../loop-case.ts';

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
    playbook: 'close-idle-clients',
    name: 'nearly as many connections as may be, and most have been idle for ten minutes',
    long: true,
    asked: {
      because: 'as it is offered it closes what has been idle for an hour, and no test waits for that',
      finds: 'maxclients-near',
      values: { idle_for: 600, count: 50 },
    },
    undo: 'none',
    async arrange(lab) {
      const server = await lab.start(['--maxclients', '100']);
      for (let left = 85; left > 0; left -= 1) await lab.socket(server, 'web');
      await sleep(605_000);
      return [server];
    },
  },
  {
    playbook: 'time-out-idle-clients',
    ...scenarioNamed(connections, 'a program opens connections and forgets them'),
    undo: 'as-before',
    async prepare({ lab }) {
      const [server] = lab.servers;
      if (!server) throw new Error('no server');
      await hourPasses(lab, server);
    },
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
    asked: { because: ADVICE, finds: 'latency-monitor-off' },
    undo: 'as-before',
    arrange: async (lab) => [await lab.start()],
  },
  {
    playbook: 'persist-settings',
    name: 'a setting was changed while it runs, and the file says otherwise',
    // Its configuration file is read there.
    target: { host: { kind: 'local' } },
    undo: 'none',
    async arrange(lab) {
      const server = await lab.start(['--maxmemory', '100mb'], { configFile: true });
      await server.send('CONFIG', 'REWRITE');
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

/** Once the server closes what is idle for an hour, the hour is over for these. */
async function hourPasses(lab: Lab, server: RedisServer): Promise<void> {
  lab.keepDoing(async () => {
    const [, seconds] = listReply(await server.send('CONFIG', 'GET', 'timeout'));
    if (seconds !== '3600') return;
    const clients = clientsIn(textReply(await server.send('CLIENT', 'LIST'))).filter(({ name }) => name === 'billing');
    for (const { id } of clients) await server.send('CLIENT', 'KILL', 'ID', String(id));
  }, 200);
}
