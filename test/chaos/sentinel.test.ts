import type { Lab } from '../lab/lab.ts';
import { MASTER, settled, startSentinels, until, type WatchingServer } from '../support/sentinels.ts';
import { runChaos } from './chaos.ts';
import type { Revivable } from './chaos-case.ts';

const LASTING = ['--appendonly', 'yes', '--appendfsync', 'always'];

/** A server whose roles are in its file, where the Sentinels have them written, so that it comes back with them. */
async function filed(lab: Lab, primary?: Revivable): Promise<Revivable> {
  const server = await lab.start(LASTING, { configFile: true });
  if (primary) {
    await server.send('REPLICAOF', primary.server.host, String(primary.server.port));
    await lab.until(server, 'master_link_status', 'up');
  }
  await server.send('CONFIG', 'REWRITE');
  const { port, dir } = server;
  return {
    server,
    revive: () => lab.start(LASTING, { configFile: true, port, dir }),
    returnsAs: primary ? 'replica' : 'primary',
  };
}

/** A primary with so many replicas; a server that is back within so many ms is not given up. */
async function watchedGroup(lab: Lab, shape: { replicas: number; sentinels: number; downAfterMs: number }) {
  const primary = await filed(lab);
  const replicas: Revivable[] = [];
  for (let at = 0; at < shape.replicas; at += 1) replicas.push(await filed(lab, primary));
  await primary.server.send('SET', 'a', '1');
  const { binary } = lab;
  const sentinels = await startSentinels({
    primary: primary.server,
    binary,
    count: shape.sentinels,
    downAfterMs: shape.downAfterMs,
  });
  lab.atEnd(() => Promise.all(sentinels.map((one) => one.stop())));
  await Promise.all(sentinels.map((one) => settled(one, shape.replicas)));
  return { primary, replicas, sentinels };
}

function revivable(lab: Lab, server: WatchingServer): Revivable {
  const revive = async () => {
    const back = await server.revive();
    lab.atEnd(() => back.stop());
    return back;
  };
  return { server, revive, returnsAs: 'replica' };
}

runChaos([
  {
    playbook: 'sentinel-failover',
    name: 'the Sentinels fail over while the primary lives',
    target: { kind: 'sentinel', memoryLimitBytes: 2 ** 30 },
    long: true,
    async arrange(lab) {
      const { primary, replicas, sentinels } = await watchedGroup(lab, {
        replicas: 1,
        sentinels: 3,
        downAfterMs: 15_000,
      });
      const data = [primary, ...replicas];
      return {
        seeds: sentinels,
        about: primary.server,
        members: [...data, ...sentinels.slice(0, 1).map((one) => revivable(lab, one))],
        writesTo: data.map(({ server }) => server),
      };
    },
  },
  {
    playbook: 'sentinel-reset',
    name: 'the Sentinels forget one of them that is gone',
    target: { kind: 'sentinel' },
    long: true,
    async arrange(lab) {
      const { primary, replicas, sentinels } = await watchedGroup(lab, {
        replicas: 1,
        sentinels: 3,
        downAfterMs: 2500,
      });
      const [gone, ...left] = sentinels;
      gone?.kill('SIGKILL');
      await Promise.all(
        left.map((one) => until(one, ['SENTINEL', 'SENTINELS', MASTER], (text) => text.includes('s_down'))),
      );
      const data = [primary, ...replicas];
      return {
        seeds: left,
        about: primary.server,
        members: [primary, ...left.map((one) => revivable(lab, one))],
        writesTo: data.map(({ server }) => server),
      };
    },
  },
]);
