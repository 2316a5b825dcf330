import { describe, expect, test } from 'vitest';
import action from '../../src/actions/align-settings.ts';
import tuning from '../../src/probes/tuning-config.ts';
import {
  GIB,
  group,
  lines,
  MIB,
  mustPlan,
  type Over,
  primary,
  REPLICA,
  refusal,
  replica,
} from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const usual = { timeout: 0, hash_max_ziplist_entries: 512 };
const has = (over: Over = {}, own = {}): Over => ({ more: [saw(tuning, { ...usual, ...own })], ...over });
const plan = (over: Over, own = {}, head: Over = {}) =>
  mustPlan(action, group([primary(has(head)), replica(has(over, own))]), {}, 1);

test('all that differs, in one command, and back', () => {
  const { commands, undo } = plan(
    {
      memoryConfig: { maxmemory: GIB, maxmemory_policy: 'allkeys-lru' },
      replicationConfig: { repl_backlog_size: 2 * MIB },
    },
    { timeout: 300 },
  );
  expect(lines(commands)).toEqual([
    `${REPLICA}> CONFIG SET maxmemory ${2 * GIB} maxmemory-policy noeviction repl-backlog-size ${MIB} timeout 0`,
  ]);
  expect(lines(undo)).toEqual([
    `${REPLICA}> CONFIG SET timeout 300 repl-backlog-size ${2 * MIB} maxmemory-policy allkeys-lru maxmemory ${GIB}`,
  ]);
});

test('one after the other on 6.2, with what its backlog costs', () => {
  const old = plan(
    { replicationConfig: { repl_backlog_size: 2 * MIB }, identity: { version: '6.2.16' } },
    { timeout: 300 },
  );
  expect(lines(old.commands)).toHaveLength(2);
  expect(old.impact.join(' ')).toContain('Before 7.0');
});

test('the limit of links to replicas, under the name that CONFIG GET prints', () => {
  const { commands } = plan({
    replicationConfig: { client_output_buffer_limit: 'normal 0 0 0 slave 1 1 1 pubsub 1 1 1' },
  });
  expect(commands[0]?.applied[0]?.value).toBe('normal 0 0 0 slave 268435456 67108864 60 pubsub 1 1 1');
});

describe('refuses', () => {
  const refuses = (nodes: Parameters<typeof group>[0], at = 1) => refusal(action, group(nodes), {}, at);
  test('where nothing differs', () => expect(refuses([primary(has()), replica(has())])).toContain('is set up as'));
  test('a primary', () => expect(refuses([primary(has()), replica(has())], 0)).toContain('is a primary'));
  test('without the primary', () => expect(refuses([replica(has())], 0)).toContain('could not be read'));
  test('more than its machine has', () => {
    const weak = has({ memoryConfig: { maxmemory: GIB }, memory: { total_system_memory: 2.2 * GIB } });
    expect(refuses([primary(has()), replica(weak)])).toContain('a machine as large');
  });
  test('to take a limit away', () => {
    expect(refuses([primary(has({ memoryConfig: { maxmemory: 0 } })), replica(has())])).toContain('better off');
  });
  test('where the replica would delete keys by itself', () => {
    const minds = has({
      memoryConfig: { maxmemory: 4 * GIB, maxmemory_policy: 'noeviction', replica_ignore_maxmemory: 'no' },
      memory: { effective: 3 * GIB },
    });
    const head = has({ memoryConfig: { maxmemory_policy: 'allkeys-lru' } });
    expect(refuses([primary(head), replica(minds)])).toContain('would delete keys');
  });
});
