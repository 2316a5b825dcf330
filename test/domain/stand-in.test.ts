import { expect, test } from 'vitest';
import { standIn } from '../../src/domain/stand-in.ts';
import { clusterScene } from '../support/cluster-scene.ts';
import { primary, replica } from '../support/planning.ts';
import { scene } from '../support/scene.ts';

const dead = { name: '10.0.0.1:6379', cause: 'unreachable' as const };
const sentinel = { name: '10.0.0.9:26379', readings: [] };
const lost = { name: '10.0.0.8:26379', cause: 'unreachable' as const };

test.each([
  ['the node that is named', scene({ nodes: [primary(), replica()] }), '10.0.0.2:6379', '10.0.0.2:6379'],
  ['a Sentinel that is named', scene({ nodes: [primary()], sentinels: [sentinel] }), sentinel.name, sentinel.name],
  ['a Sentinel for another one', scene({ nodes: [primary()], sentinels: [lost, sentinel] }), lost.name, sentinel.name],
  ['a replica for its dead primary', scene({ nodes: [dead, replica()] }), dead.name, '10.0.0.2:6379'],
  ['the primary for the target', scene({ nodes: [replica(), primary()] }), 'prod', '10.0.0.1:6379'],
  ['a Sentinel where nobody else answers', scene({ nodes: [dead], sentinels: [sentinel] }), 'prod', sentinel.name],
  ['a node of its shard', clusterScene({ b: { dead: true } }), '10.0.0.2:6379', '10.0.0.5:6379'],
])('%s', (_what, snapshot, name, chosen) => expect(standIn(snapshot, name)?.name).toBe(chosen));

test('nobody where nothing was read', () => expect(standIn(scene({ nodes: [dead] }), 'prod')).toBeUndefined());
