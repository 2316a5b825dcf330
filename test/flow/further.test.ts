import { afterEach, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { ProbeOutcome, Snapshot } from '../../src/domain/snapshot.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import aclUsers from '../../src/probes/acl-users.ts';
import { observe } from '../support/observe.ts';

const { probes } = await loadShelves();

const running: RedisServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

async function withUsers(count: number): Promise<RedisServer> {
  const server = await startRedis();
  running.push(server);
  for (let at = 0; at < count; at += 1) await server.send('ACL', 'SETUSER', `app-${at}`, 'on', '>pw', '+get', '~*');
  return server;
}

function usersIn({ nodes: [node] }: Snapshot): ProbeOutcome | undefined {
  return node?.kind === 'read' ? node.outcomes.get(aclUsers) : undefined;
}

async function calls(server: RedisServer): Promise<string> {
  return JSON.stringify(await server.send('INFO', 'commandstats'));
}

test.each([0, 0.2])('with %f s between the looks, what the first answers lead to is asked', async (seconds) => {
  const server = await withUsers(2);
  const outcome = usersIn(await observe([server], probes, { seconds }));
  expect(outcome).toMatchObject({ kind: 'read', reading: { now: [{}, {}, { name: 'default' }] } });
  expect(await calls(server)).toMatch(/cmdstat_acl\|list:calls=1,/);
});

test('and nothing where they lead nowhere', async () => {
  const server = await withUsers(400);
  const outcome = usersIn(await observe([server], probes));
  expect(outcome).toMatchObject({
    kind: 'unanswered',
    reason: expect.stringContaining('401 users: ACL LIST would hold'),
  });
  expect(await calls(server)).not.toContain('acl|list');
});
