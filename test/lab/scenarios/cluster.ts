import { parseInfo } from '../../../src/domain/info.ts';
import { textReply } from '../../../src/domain/probe.ts';
import { atLeast } from '../../../src/domain/server.ts';
import { type ClusterServer, type RunningCluster, startCluster, until } from '../../support/cluster.ts';
import { type Lab, pipeline, type Scenario } from '../lab.ts';

async function clusterIn(
  lab: Lab,
  options: { replicas?: number; args?: readonly string[] } = {},
): Promise<RunningCluster> {
  const cluster = await startCluster({ binary: lab.binary, ...options });
  lab.atEnd(cluster.stop);
  return cluster;
}

/** Hash tags of this node's slots. */
async function tagsOf(node: ClusterServer, count: number): Promise<string[]> {
  const tags: string[] = [];
  for (let at = 0; tags.length < count; at += 1) if ((await node.send('EXISTS', `{${at}}`)) === 0) tags.push(`{${at}}`);
  return tags;
}

/** Clusters that are well, in trouble, and in trouble that only looks like it. */
export const cluster: readonly Scenario[] = [
  {
    name: 'six nodes under a steady load of clients that know their slots',
    finds: {},
    target: { kind: 'cluster' },
    async arrange(lab) {
      const { primaries } = await clusterIn(lab);
      const loads = await Promise.all(primaries.map(async (node) => ({ node, tags: await tagsOf(node, 20) })));
      for (const { node, tags } of loads) {
        lab.keepDoing(
          () =>
            pipeline(
              node,
              tags.flatMap((tag) => [
                ['SET', `${tag}a`, 'x'],
                ['MGET', `${tag}a`, `${tag}b`],
              ]),
            ),
          50,
        );
      }
      return primaries.slice(0, 1);
    },
  },
  {
    name: 'a primary died and its replica has taken over',
    finds: { 'cluster-node-failed': 'high', 'cluster-primary-without-replica': 'high' },
    besides: ['cluster-node-timeout-misfit', 'dependency-unreachable'],
    target: { kind: 'cluster' },
    async arrange(lab) {
      const { primaries, replicas } = await clusterIn(lab, { args: ['--cluster-node-timeout', '1000'] });
      const [first, second] = primaries;
      const [heir] = replicas;
      if (!first || !second || !heir) throw new Error('no cluster');
      first.kill('SIGKILL');
      await until(async () => {
        const view = textReply(await second.send('CLUSTER', 'NODES'));
        const ok = parseInfo(textReply(await second.send('CLUSTER', 'INFO'))).text('cluster_state') === 'ok';
        return (
          ok &&
          view.includes(`${first.id} `) &&
          /master,fail/.test(view) &&
          new RegExp(`^${heir.id} .*0-5460$`, 'm').test(view)
        );
      });
      return [second];
    },
  },
  {
    name: 'keys in slots that their node does not own',
    finds: { 'cluster-orphaned-slot-keys': 'warning' },
    // DEBUG POPULATE, on a machine that is busy.
    besides: ['slow-commands-present'],
    target: { kind: 'cluster', objectives: { expectReplicas: 0 } },
    on: (engine, version) => atLeast(version, engine === 'valkey' ? '8.0' : '8.2'),
    async arrange(lab) {
      const { primaries } = await clusterIn(lab, { replicas: 0 });
      await primaries[0]?.send('DEBUG', 'POPULATE', '1000');
      return primaries.slice(1, 2);
    },
  },
];
