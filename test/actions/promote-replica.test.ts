import { describe, expect, test } from 'vitest';
import action from '../../src/actions/promote-replica.ts';
import { client } from '../support/client.ts';
import {
  group,
  lines,
  MIB,
  mustPlan,
  type Over,
  PRIMARY,
  primary,
  REPLICA,
  refusal,
  replica,
} from '../support/planning.ts';
import { type ReadSketch, scene, TAKEN_AT } from '../support/scene.ts';

const THIRD = '10.0.0.3:6379';
const dead = { name: PRIMARY, cause: 'unreachable' as const };
const orphan = (over: Over = {}, name = REPLICA) =>
  replica(
    { ...over, replication: { master_link_status: 'down', master_link_down_since_seconds: 30, ...over.replication } },
    name,
  );

test('the one with the most data is promoted and the other follows it; there is no way back', () => {
  const behind = orphan({ replication: { slave_repl_offset: MIB } }, THIRD);
  const plan = mustPlan(action, group([dead, behind, orphan()]));
  expect(lines(plan.commands)).toEqual([`${REPLICA}> REPLICAOF NO ONE`, `${THIRD}> REPLICAOF 10.0.0.2 6379`]);
  expect(plan).toMatchObject({ risk: 'destructive', args: { to: REPLICA } });
  expect(plan.undo).toContain('not there to go back to');
  expect(plan.impact.join(' ')).toMatch(/1000 keys. Its link to 10.0.0.1:6379 broke 30 s ago.*comes back as it was/);
});

test('how far the dead one was ahead is told where it was watched', () => {
  const point = { at: TAKEN_AT - 1000, runId: 'r', role: 'primary' as const, values: { master_repl_offset: 11 * MIB } };
  const snapshot = scene({ nodes: [dead, orphan()], series: { [PRIMARY]: [point] } });
  expect(mustPlan(action, snapshot).impact.join(' ')).toContain('When it was last seen it was 1 MiB ahead');
});

test('what one has that may not take over is lost as well', () => {
  const ahead = orphan({ replication: { slave_priority: 0, slave_repl_offset: 12 * MIB } }, THIRD);
  expect(mustPlan(action, group([dead, orphan(), ahead])).impact.join(' ')).toContain(`${THIRD} has 2 MiB more`);
});

test('a replica of a replica goes on as it is', () => {
  const chained: ReadSketch = replica({ identity: { primary: { host: '10.0.0.2', port: 6379 } } }, THIRD);
  expect(lines(mustPlan(action, group([dead, orphan(), chained])).commands)).toEqual([`${REPLICA}> REPLICAOF NO ONE`]);
});

test('of a ring the one with the newest data', () => {
  const one = replica({
    identity: { primary: { host: '10.0.0.3', port: 6379 } },
    replication: { slave_repl_offset: 5 },
  });
  const other = replica({ identity: { primary: { host: '10.0.0.2', port: 6379 } } }, THIRD);
  const plan = mustPlan(action, group([one, other]));
  expect(lines(plan.commands)).toEqual([`${THIRD}> REPLICAOF NO ONE`, `${REPLICA}> REPLICAOF 10.0.0.3 6379`]);
  expect(plan.impact[0]).toContain('members of the ring');
});

describe('refuses', () => {
  test.each([
    ['while a primary answers', [primary(), orphan()], 'is a primary and answers'],
    [
      'a primary that answers in words',
      [{ ...dead, cause: 'auth-required' as const }, orphan()],
      'it may be the primary',
    ],
    ['what is in touch with it', [dead, replica()], 'so that lives'],
    ['in a cluster', [dead, orphan({ identity: { mode: 'cluster' } })], 'CLUSTER FAILOVER'],
    ['under Sentinel', [dead, orphan({ clients: [client({ name: 'sentinel-0a1b2c3d-cmd' })] })], 'SENTINEL FAILOVER'],
    ['one that loads', [dead, orphan({ identity: { loading: true } })], 'loading'],
    ['half a copy', [dead, orphan({ replication: { master_sync_in_progress: 1 } })], 'full copy'],
    ['nothing', [dead, orphan({ keyspace: { keys: 0 }, replication: { slave_repl_offset: 1 } })], 'holds no data'],
    [
      'never synced',
      [dead, orphan({ keyspace: { keys: 0 }, replication: { master_link_down_since_seconds: -1 } })],
      'holds no data',
    ],
    ['priority 0', [dead, orphan({ replication: { slave_priority: 0 } })], 'not meant to take over'],
    ['one that wrote itself', [dead, orphan({ replication: { slave_read_only: 0 } })], 'writes of its own'],
    ['what would refuse all', [dead, orphan({ replicationConfig: { min_replicas_to_write: 1 } })], 'asks for 1'],
  ])('%s', (_what, nodes, reason) =>
    expect(refusal(action, group(nodes), {}, nodes.length > 1 && 'readings' in (nodes[0] ?? {}) ? 1 : 0)).toContain(
      reason,
    ),
  );

  test('one that is not there', () =>
    expect(refusal(action, group([dead, orphan()]), { to: THIRD })).toContain('no replica that could be read'));
});
