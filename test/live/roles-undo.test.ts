import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { type Info, parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { nodeName } from '../../src/domain/target.ts';
import { carryOut, type Deployment, missing, planFor } from '../support/carry-out.ts';
import { type ClusterServer, meet, startCluster, startNode, until } from '../support/cluster.ts';
import { ENGINES } from '../support/engines.ts';
import { configuration, configure } from '../support/settings.ts';

/** LAB=all tries every engine, clusters of each too, and more often. */
const ALL = process.env.LAB === 'all';
const SOME = ENGINES.filter(({ engine }) => ALL || engine === 'installed' || engine === 'valkey-9.1');
const RUNS = ALL ? 25 : 4;
const LONG = ALL ? 900_000 : 240_000;
const MOST = 4;
const NODE_TIMEOUT_MS = 1500;
/** A node that was elected stands for election again only after this, and the others vote for it; Valkey 9 is quicker. */
const VOTES_AGAIN_MS = 4 * NODE_TIMEOUT_MS;

/** Whom each server but the first follows: one that comes before it. A star, a chain, or something between. */
const TREE = fc
  .integer({ min: 2, max: MOST })
  .chain((servers) => fc.tuple(...Array.from({ length: servers - 1 }, (_none, at) => fc.nat({ max: at }))));

/** What a member of a group may have been set to by anybody before. */
const MEMBER = fc.record({
  'replica-priority': fc.integer({ min: 1, max: 200 }).map(String),
  'replica-serve-stale-data': fc.constantFrom('yes', 'no'),
  'min-replicas-to-write': fc.constantFrom('0', '0', '1'),
  'repl-diskless-load': fc.constantFrom('disabled', 'on-empty-db'),
});

interface Group {
  follows: number[];
  members: Record<string, string>[];
  keys: number;
}

const GROUP: fc.Arbitrary<Group> = fc.record({
  follows: TREE,
  members: fc.array(MEMBER, { minLength: MOST, maxLength: MOST }),
  keys: fc.integer({ min: 1, max: 300 }),
});

/** What may be asked then, about one of the members. */
const ASKED = fc.record({
  id: fc.constantFrom('failover', 'repoint-replica'),
  about: fc.nat({ max: MOST - 1 }),
  isNamed: fc.boolean(),
});

async function replicationOf(server: RedisServer): Promise<Info> {
  return parseInfo(textReply(await server.send('INFO', 'replication')));
}

/** Whom a server follows, whether it hears it and takes writes, and a digest over all that it holds. */
async function standing(server: RedisServer): Promise<Record<string, unknown>> {
  const info = await replicationOf(server);
  const fields = ['role', 'master_port', 'master_link_status', 'slave_read_only', 'connected_slaves'];
  const digest = await server.send('DEBUG', 'DIGEST');
  return { ...Object.fromEntries(fields.map((field) => [field, info.text(field)])), digest };
}

const pictureOf = (servers: readonly RedisServer[]) => Promise.all(servers.map(standing));

/** Every link is up, and everybody has acknowledged what its primary has. */
async function inStep(servers: readonly RedisServer[]): Promise<void> {
  await until(async () => {
    const told = await Promise.all(servers.map(replicationOf));
    return told.every((info) => {
      const rows = Array.from({ length: Number(info.text('connected_slaves')) }, (_none, at) =>
        info.text(`slave${at}`),
      );
      const offset = info.text('master_repl_offset');
      const isHeard = rows.every((row) => row?.includes(`state=online,offset=${offset},`));
      return isHeard && (info.text('role') === 'master' || info.text('master_link_status') === 'up');
    });
  }, 60);
}

/** Every node of a cluster has heard who is a primary and who follows whom: before that nobody votes as it should. */
async function agreed(nodes: readonly ClusterServer[]): Promise<void> {
  await until(async () => {
    const views = await Promise.all(nodes.map((node) => node.send('CLUSTER', 'NODES')));
    const [first, ...others] = views.map((view) => rolesIn(textReply(view)));
    return others.every((other) => other === first);
  }, 60);
}

function rolesIn(view: string): string {
  const rows = view.trim().split('\n');
  const roles = rows.map((row) => {
    const [id = '', , flags = '', primary = ''] = row.split(' ');
    return `${id} ${flags.replace('myself,', '')} ${primary}`;
  });
  return roles.sort().join('\n');
}

interface Asked {
  id: string;
  on: RedisServer;
  args?: unknown;
  /** Waits until everybody has taken note of what was done. */
  calm: () => Promise<unknown>;
}

/** An action and its undo: everybody must stand as before. False where it is refused, or has no way back. */
async function cameBack(deployment: Deployment, { id, on, args, calm }: Asked): Promise<boolean> {
  const plan = await planFor(deployment, id, on, args);
  if ('refused' in plan || typeof plan.undo === 'string') return false;
  const settings = () => Promise.all(deployment.all.map(configuration));
  const before = { id, roles: await pictureOf(deployment.all), settings: await settings() };
  for (const commands of [plan.commands, plan.undo]) {
    await carryOut(deployment, commands);
    expect({ id, missing: await missing(deployment, commands) }).toEqual({ id, missing: [] });
    await calm();
  }
  expect({ id, roles: await pictureOf(deployment.all), settings: await settings() }).toEqual(before);
  return true;
}

describe.each(SOME)(
  'on $engine: an action and its undo leave who follows whom, and the data, as they were',
  (binary) => {
    describe('in a group of any shape', () => {
      const servers: RedisServer[] = [];
      beforeAll(async () => {
        while (servers.length < MOST) servers.push(await startRedis({ binary }));
      });
      afterAll(() => Promise.all(servers.map((server) => server.stop())));

      /** The first one is the primary; who is not needed stands alone. */
      async function arrange({ follows, members, keys }: Group): Promise<RedisServer[]> {
        for (const server of servers) await server.send('REPLICAOF', 'NO', 'ONE');
        const group = servers.slice(0, follows.length + 1);
        for (const [at, server] of group.entries()) {
          await configure(server, { ...members[at], 'min-replicas-to-write': '0' });
          if (at === 0) await server.send('FLUSHALL');
          const above = group[follows[at - 1] ?? 0];
          if (at > 0 && above) await server.send('REPLICAOF', above.host, String(above.port));
        }
        await inStep(group);
        for (let key = 0; key < keys; key += 1) await group[0]?.send('SET', `key:${key}`, String(key));
        for (const [at, server] of group.entries()) await configure(server, members[at] ?? {});
        await inStep(group);
        return group;
      }

      test('of two to four servers', { timeout: LONG }, async () => {
        let done = 0;
        await fc.assert(
          fc.asyncProperty(GROUP, fc.array(ASKED, { minLength: 2, maxLength: 3 }), async (given, asked) => {
            const group = await arrange(given);
            const deployment: Deployment = { seeds: group, all: group, target: { kind: 'replication' } };
            for (const { id, about, isNamed } of asked) {
              const on = group[about % group.length];
              if (!on) throw new Error('no server');
              const args = id === 'failover' && isNamed ? { to: nodeName(on) } : {};
              if (await cameBack(deployment, { id, on, args, calm: () => inStep(group) })) done += 1;
            }
          }),
          { numRuns: RUNS, endOnFailure: true },
        );
        // Otherwise all of the above is refused.
        expect(done).toBeGreaterThan(0);
      });
    });

    describe.runIf(ALL || binary.engine === 'installed')('in a cluster', () => {
      let nodes: ClusterServer[] = [];
      let spare: ClusterServer;
      const stops: (() => Promise<unknown>)[] = [];
      const args = [
        '--cluster-node-timeout',
        String(NODE_TIMEOUT_MS),
        // Nobody takes over because a busy machine keeps a node waiting, and no spare replica moves to a shard that seems bare.
        '--cluster-replica-no-failover',
        'yes',
        '--cluster-allow-replica-migration',
        'no',
      ];
      beforeAll(async () => {
        const cluster = await startCluster({ binary, args });
        stops.push(cluster.stop);
        spare = await startNode({ binary, args });
        stops.push(() => spare.stop());
        const [first] = cluster.nodes;
        if (!first) throw new Error('no cluster');
        await meet(spare, first);
        nodes = [...cluster.nodes, spare];
        await until(async () => {
          const views = await Promise.all(nodes.map((node) => node.send('CLUSTER', 'NODES')));
          return views.every((view) => textReply(view).trim().split('\n').length === nodes.length);
        });
        for (let at = 0; at < 60; at += 1)
          for (const node of cluster.primaries) await node.send('SET', `key:${at}`, '1');
      }, 120_000);
      afterAll(() => Promise.all(stops.map((stop) => stop())));

      test('with a shard that has two replicas', { timeout: LONG }, async () => {
        const asked = fc.record({
          id: fc.constantFrom('cluster-failover', 'cluster-replicate'),
          about: fc.nat({ max: 2 }),
        });
        const elected = new Map<number, number>();
        let done = 0;
        await fc.assert(
          fc.asyncProperty(fc.nat({ max: 2 }), fc.array(asked, { minLength: 2, maxLength: 3 }), async (home, all) => {
            await spare.send('CLUSTER', 'REPLICATE', nodes[home]?.id ?? '');
            const calm = () => Promise.all([inStep(nodes), agreed(nodes)]);
            await calm();
            const deployment: Deployment = { seeds: nodes.slice(0, 1), all: nodes, target: { kind: 'cluster' } };
            for (const { id, about } of all) {
              const on = nodes[about];
              if (!on) throw new Error('no node');
              if (id === 'cluster-failover') {
                await sleep(Math.max(0, (elected.get(about) ?? 0) + VOTES_AGAIN_MS - Date.now()));
              }
              if (await cameBack(deployment, { id, on, args: {}, calm })) done += 1;
              if (id === 'cluster-failover') elected.set(about, Date.now());
            }
          }),
          { numRuns: RUNS, endOnFailure: true },
        );
        expect(done).toBeGreaterThan(0);
      });
    });
  },
);
