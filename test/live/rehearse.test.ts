import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findRedis } from '../../demo/redis-binary.ts';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { playbooksTest } from '../../src/cli/playbooks-test.ts';
import type { LoadedPlaybook } from '../../src/domain/playbook.ts';
import { onlyOn } from '../../src/flow/rehearse/stage.ts';
import { loadPlaybooks, readPlaybooks } from '../../src/io/playbooks.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { openRehearsals, type Rehearsals } from '../../src/rehearsals.ts';
import { plainTarget } from '../support/target.ts';

const units = await loadShelves();
const shelves = { ...units, playbooks: await loadPlaybooks(units) };
const binary = findRedis();
const clock = {
  now: () => Date.now(),
  sleep: (ms: number) => new Promise<void>((done) => void setTimeout(done, ms).unref()),
};
const quiet = () => undefined;

const MINE = `title: Raise the limit by hand
summary: For when somebody knows how much it should be.
when: [memory-near-maxmemory, oom-noeviction-writes-rejected]
parameters:
  limit: { type: size, label: New limit, default: memory.maxmemory * 2 }
steps:
  - action: raise-maxmemory
    with: { bytes: $limit }
  - manual:
      instruction: Write down that the limit is {limit} now.
      until: replication_config.min_replicas_to_write == 1
      timeout_s: 20
settled: { within_s: 1, hold: [memory.used_memory < memory.maxmemory] }
`;
const STATE = `rehearse:
  servers:
    - name: primary
      config: { maxmemory: 20mb, maxmemory-policy: noeviction }
      fill: { keys: 1000, bytes: 100kb, until_refused: true }
    - { name: replica, replica_of: primary, config: { maxmemory: 20mb } }
  target: { memory_limit: 1gb }
  ready: { until: memory.used_memory > 0.95 * memory.maxmemory, timeout_s: 5 }
  parameters: { limit: 64mb }
  by_hand: [{ on: primary, commands: [[CONFIG, SET, min-replicas-to-write, 1]] }]
  before_undo: [{ commands: [[CONFIG, SET, min-replicas-to-write, 0], [FLUSHALL]] }]
`;

let folder: string;
let rehearsals: Rehearsals;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medic-rehearse-'));
  // Others may rehearse on this machine at the same time.
  process.env.TMPDIR = folder;
  rehearsals = await openRehearsals({
    shelves,
    binary,
    clock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
});

afterAll(async () => {
  await rehearsals.close();
  await rm(folder, { recursive: true, force: true });
});

async function tried(text: string) {
  const file = join(folder, 'by-hand.yml');
  await writeFile(file, text);
  const playbooks = [...(await readPlaybooks(units, [file])).values()] as LoadedPlaybook[];
  let said = '';
  const out = {
    tty: false,
    colour: false,
    columns: 100,
    write(more: string) {
      said += more;
    },
  };
  const status = await playbooksTest({
    playbooks,
    engine: binary,
    rehearse: (...one) => rehearsals.rehearse(...one),
    out,
  });
  return { status, said };
}

test('the state is brought about, found, planned, approved, run, verified, undone, and as before', async () => {
  const { status, said } = await tried(MINE + STATE);
  const shown = said.replaceAll(/127\.0\.0\.1:\d+/g, 'A');
  expect({ status, shown }).toMatchObject({ status: 0 });
  for (const part of [
    /^by-hand on redis@.*: primary \(A\), replica \(A\)$/m,
    /^ready: memory\.used_memory > 0\.95 \* memory\.maxmemory$/m,
    /^found critical memory-near-maxmemory on A: /m,
    /^proposed on A, reversible/m,
    /^ {2}A> CONFIG SET maxmemory 67108864$/m,
    /^ {2}done: A> CONFIG SET maxmemory 67108864 -> OK$/m,
    /^ {2}a person did: CONFIG SET min-replicas-to-write 1$/m,
    /^verified: /m,
    /^before the undo: CONFIG SET min-replicas-to-write 0; FLUSHALL$/m,
    /^ {2}done: A> CONFIG SET maxmemory 20971520 -> OK$/m,
    /^the state is as before$/m,
    /^passed by-hand$/m,
  ]) {
    expect(shown).toMatch(part);
  }
});

test.each([
  [
    'a finding that is not there',
    STATE.replace('fill: { keys: 1000, bytes: 100kb, until_refused: true }', 'fill: { keys: 9, bytes: 1kb }').replace(
      / {2}ready.*\n/,
      '',
    ),
    'memory-near-maxmemory was not found',
  ],
  [
    'a state that does not come',
    STATE.replace('> 0.95 * memory.maxmemory, timeout_s: 5', '> 2.0 * memory.maxmemory, timeout_s: 1'),
    'it did not become ready within 1 s',
  ],
  [
    'a value that the servers cannot have',
    STATE.replace('limit: 64mb', 'limit: 900gb'),
    'it was not proposed: Raise the limit by hand cannot be proposed on',
  ],
  [
    'a refusal that does not come',
    `${STATE}  expect: { refused: never }\n`,
    'it was proposed, although it should be refused',
  ],
  [
    'a server that does not start',
    STATE.replace('maxmemory: 20mb, maxmemory-policy: noeviction', 'maxmemory-polcy: noeviction'),
    'The Redis server did not start: ',
  ],
  [
    'a command that the server refuses',
    STATE.replace('[CONFIG, SET, min-replicas-to-write, 1]', '[NONSENSE]'),
    'primary: NONSENSE: ERR unknown command',
  ],
])('%s fails with the reason', async (_what, state, because) => {
  const { status, said } = await tried(MINE + state);
  expect(said).toContain(`failed by-hand: `);
  expect(said).toContain(because);
  expect(status).toBe(2);
});

test('a refusal that is expected passes', async () => {
  const state = STATE.replace('limit: 64mb', 'limit: 900gb');
  const { status, said } = await tried(`${MINE}${state}  expect: { refused: cannot be proposed }\n`);
  expect(said).toContain('refused: Raise the limit by hand cannot be proposed on');
  expect(status).toBe(0);
});

test('what cannot be tried here is left out', async () => {
  expect((await tried(MINE)).said).toContain('by-hand: left out, it has no section rehearse');
  const { status, said } = await tried(`${MINE}${STATE}  engines: [redis@99.0]\n`);
  expect(said).toContain('left out, it needs redis@99.0 or newer, and this is redis');
  expect(status).toBe(0);
});

test('the example in README does what it says', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, example = ''] = /```yaml\n# my-playbooks\/raise-cache-limit\.yml\n([\s\S]*?)```/.exec(readme) ?? [];
  const { status, said } = await tried(example);
  expect(said).toContain('the state is as before');
  expect(status).toBe(0);
});

test('no other server can be reached from a rehearsal, and none is left of it', async () => {
  const stranger: RedisServer = await startRedis();
  const none = async () => undefined;
  const empty = { engine: 'redis@7.0', servers: [], connect: none, close: none };
  const servers = onlyOn(empty, openServers(units.probes));
  for (const way of ['read', 'readKeys', 'inspect', 'carry', 'write'] as const) {
    expect(await servers[way](stranger, plainTarget({ seeds: [stranger] }))).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('only to the servers that it started'),
    });
  }
  await stranger.stop();
  const left = (await readdir(folder)).filter((name) => name.startsWith('redis-medic-rehearsal-'));
  expect(left.length).toBeLessThanOrEqual(1);
});
