import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import clusterConfig, { nodeTimeoutMs, settingOf } from '../../src/probes/cluster-config.ts';
import { identityOf } from '../support/captured.ts';
import { saw, scene } from '../support/scene.ts';
import { plainTarget } from '../support/target.ts';

const server = identityOf('redis-7.0.15');
const PARAMETERS = ['cluster-node-timeout', 'cluster-require-full-coverage', 'cluster-allow-reads-when-down'];

test('only a node of a cluster is asked, each parameter by its name', () => {
  expect(clusterConfig.commands(server, parseInfo(''), plainTarget())).toEqual([]);
  const asked = clusterConfig.commands({ ...server, mode: 'cluster' }, parseInfo(''), plainTarget());
  expect(asked).toEqual([expect.arrayContaining(['CONFIG', 'GET', ...PARAMETERS])]);
  expect(clusterConfig.read([['cluster-node-timeout', '5000']], server)).toMatchObject({ cluster_node_timeout: 5000 });
  expect(clusterConfig.read([], server)).toMatchObject({ cluster_node_timeout: undefined });
});

test('a setting is what most nodes have, and the default where nobody tells', () => {
  const node = (at: number, cluster_node_timeout: number | undefined) => ({
    name: `10.0.0.${at}:6379`,
    readings: [
      saw(clusterConfig, cluster_node_timeout === undefined ? 'NOPERM: config|get' : { cluster_node_timeout }),
    ],
  });
  const snapshot = scene({ nodes: [node(1, 1000), node(2, 5000), node(3, 5000), node(4, undefined)] });
  expect(settingOf(snapshot, 'cluster_node_timeout')).toBe(5000);
  expect(settingOf(snapshot, 'cluster_require_full_coverage')).toBeUndefined();
  expect(nodeTimeoutMs(snapshot)).toBe(5000);
  expect(nodeTimeoutMs(scene({ nodes: [node(4, undefined)] }))).toBe(15_000);
});
