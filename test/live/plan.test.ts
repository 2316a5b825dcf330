import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { type PlanCommandAsk, planCommand } from '../../src/cli/plan.ts';
import { NO_PAST } from '../../src/flow/past.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { loadShelves } from '../../src/io/shelves.ts';

const units = await loadShelves();
const MINE = `title: Raise the limit by hand
summary: For when somebody knows how much it should be.
when: [memory-near-maxmemory, oom-noeviction-writes-rejected]
unless:
  - guard: memory.maxmemory == 0
    because: There is no limit to raise.
parameters:
  limit:
    type: size
    label: New limit
    default: memory.maxmemory * 2
    min: memory.maxmemory + 1
    max: memory.maxmemory * 4
steps:
  - action: raise-maxmemory
    with: { bytes: $limit }
  - notify: The limit is {limit} now.
settled: { within_s: 5, hold: [memory.used_memory < memory.maxmemory] }
`;

let primary: RedisServer;
let replica: RedisServer;
let folder: string;

/** A nearly full primary with a replica that is as large. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medic-plan-'));
  await writeFile(join(folder, 'raise-by-hand.yml'), MINE);
  primary = await startRedis({ args: ['--maxmemory', '20mb', '--maxmemory-policy', 'noeviction'] });
  replica = await startRedis({ replicaOf: primary, args: ['--maxmemory', '20mb'] });
  for (let at = 0; at < 180; at += 1) await primary.send('SET', `k:${at}`, 'x'.repeat(100_000));
});

afterAll(async () => {
  await replica.stop();
  await primary.stop();
  await rm(folder, { recursive: true, force: true });
});

async function plan(over: Partial<PlanCommandAsk> = {}) {
  let said = '';
  const out = {
    tty: false,
    colour: false,
    columns: 110,
    write(more: string) {
      said += more;
    },
  };
  const clock = { now: () => Date.now(), sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)) };
  const deps = {
    servers: openServers(units.probes),
    shelves: { ...units, playbooks: await loadPlaybooks(units, undefined, folder) },
    clock,
    loadConfig: () => Promise.reject(new Error('a URL needs no configuration')),
    readPast: async () => NO_PAST,
    out,
    err: out,
  };
  const status = await planCommand(deps, {
    playbook: 'raise-by-hand',
    what: primary.url,
    set: {},
    json: false,
    ...over,
  });
  return { status, said };
}

async function commandsSeen(server: RedisServer): Promise<string[]> {
  const stats = (await server.send('INFO', 'commandstats')) as string;
  return [...stats.matchAll(/^cmdstat_([^:]+):/gm)].map(([, name]) => name ?? '');
}

/** All that a probe may ask, and what it takes to be connected at all. */
const READS = new Set([
  ...[...units.probes.values()].flatMap(({ allows }) => allows.map((words) => words.join('|').toLowerCase())),
  'ping',
  'hello',
  'client|setinfo',
  'client|setname',
  'client|id',
  'auth',
  'quit',
  'readonly',
  'replconf',
  'psync',
]);

describe('a plan without Slack', () => {
  test('shows everything that a proposal would, for a bare URL', async () => {
    const { status, said } = await plan();
    expect(status).toBe(0);
    const shown = said.replaceAll(`:${primary.port}`, ':1').replaceAll(`:${replica.port}`, ':2');
    for (const part of [
      'Raise the limit by hand on 127.0.0.1:1 (raise-by-hand, 127.0.0.1:1)',
      'Answers: memory-near-maxmemory',
      'Risk: reversible: the undo restores the values of now\nApproval: one approver',
      'Values:\n  limit (New limit): 40 MiB',
      '- maxmemory goes from 20 MiB to 40 MiB',
      'What would be sent, exactly:\n  127.0.0.1:1> CONFIG SET maxmemory 41943040\n  127.0.0.1:2> CONFIG SET maxmemory 41943040\n  # tell: The limit is 40 MiB now.',
      'memory-config.maxmemory of 127.0.0.1:1 is still 20971520',
      'raise-maxmemory would still be planned: none of its checks refuses',
      'not: memory.maxmemory == 0',
      'Undo:\n  127.0.0.1:1> CONFIG SET maxmemory 20971520',
      '# only while memory.used_memory of 127.0.0.1:1 is below 20971520',
      'memory-near-maxmemory is gone\n  memory.used_memory < memory.maxmemory',
      'Nothing was changed.',
    ]) {
      expect(shown).toContain(part);
    }
  });

  test('sends nothing but questions: the servers themselves say which commands came', async () => {
    const before = await primary.send('CONFIG', 'GET', '*');
    for (const server of [primary, replica]) await server.send('CONFIG', 'RESETSTAT');
    expect((await plan()).status).toBe(0);
    for (const server of [primary, replica]) {
      const seen = await commandsSeen(server);
      expect(seen).toContain('info');
      // RESETSTAT is ours, from just before.
      expect(seen.filter((name) => !READS.has(name) && name !== 'config|resetstat')).toEqual([]);
    }
    expect(await primary.send('CONFIG', 'GET', '*')).toEqual(before);
  });

  test('takes values, and JSON has the same plan', async () => {
    const { status, said } = await plan({ set: { limit: '64mb' }, json: true });
    expect(status).toBe(0);
    const told = JSON.parse(said) as { steps: { commands?: { argv: string[] }[] }[] };
    expect(told).toMatchObject({
      version: 1,
      playbook: 'raise-by-hand',
      risk: 'reversible',
      approval: { approvers: 1, requester_may_approve: true, type_name: false },
      parameters: [{ name: 'limit', type: 'size', value: 64 * 1024 ** 2 }],
    });
    expect(told.steps[0]?.commands?.map(({ argv }) => argv.join(' '))).toEqual([
      'CONFIG SET maxmemory 67108864',
      'CONFIG SET maxmemory 67108864',
    ]);
  });

  test.each([
    ['a value beyond its bounds', { set: { limit: '1gb' } }, 'limit: 1 GiB is not between 20 MiB and 80 MiB'],
    ['an action that will not', { playbook: 'free-client-buffers' }, 'cannot be proposed on 127.0.0.1:'],
    [
      'a value that nobody chose',
      { playbook: 'raise-maxclients', set: {} },
      'can be chosen: --set count=… (New maxclients)',
    ],
    ['a value that the action does not take', { playbook: 'raise-maxmemory', set: { bytes: '0' } }, 'bytes: Too small'],
    ['a guard', { playbook: 're-slave' }, 'cannot be proposed on'],
  ])('refused by %s: status 2 with the reason', async (_what, over, because) => {
    const { status, said } = await plan(over);
    expect(status).toBe(2);
    expect(said).toContain(because);
  });

  test.each([
    ['a playbook that is none', { playbook: 'raise-by-hnd' }, 'Did you mean raise-by-hand?'],
    ['a parameter that is none', { set: { limt: '1gb' } }, 'limt: there is no such parameter; did you mean limit?'],
    ['a value of another type', { set: { limit: 'much' } }, 'limit: expected a size such as 512mb or 4gb'],
    ['a server that is none', { node: '127.0.0.1:1' }, 'there is no server 127.0.0.1:1 in 127.0.0.1:'],
  ])('%s is wrong usage', async (_what, over, message) => {
    await expect(plan(over)).rejects.toThrow(message);
  });
});
