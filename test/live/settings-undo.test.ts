import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { planFor } from '../support/carry-out.ts';
import { ENGINES } from '../support/engines.ts';
import { configure, thereAndBack } from '../support/settings.ts';

const MIB = 1024 * 1024;

const yesNo = fc.constantFrom('yes', 'no');
const within = (min: number, max: number) => fc.integer({ min, max });

const POLICY = fc.constantFrom('noeviction', 'allkeys-lru', 'allkeys-lfu', 'volatile-lru', 'volatile-ttl');

/** What a server may have been set to by anybody before. */
const CONFIGURATION = fc.record({
  'active-defrag-cycle-max': within(2, 75).map(String),
  'active-expire-effort': within(1, 10).map(String),
  appendfsync: fc.constantFrom('always', 'everysec', 'no'),
  'auto-aof-rewrite-min-size': within(1, 512).map((mib) => `${mib}mb`),
  'auto-aof-rewrite-percentage': within(0, 300).map(String),
  'client-output-buffer-limit': fc
    .tuple(within(0, 4), within(1, 999), within(0, 999))
    .map(([normal, replica, pubsub]) => `normal ${normal}gb 0 0 replica ${replica}mb 1mb 9 pubsub ${pubsub}mb 0 0`),
  'client-query-buffer-limit': within(64, 1024).map((mib) => `${mib}mb`),
  'hash-max-listpack-entries': within(1, 1_000_000).map(String),
  'hash-max-listpack-value': within(1, 4096).map(String),
  hz: within(1, 500).map(String),
  'latency-monitor-threshold': within(0, 5000).map(String),
  'latency-tracking': yesNo,
  'lazyfree-lazy-eviction': yesNo,
  'lazyfree-lazy-expire': yesNo,
  'lazyfree-lazy-user-del': yesNo,
  maxclients: within(100, 3000).map(String),
  maxmemory: fc.constantFrom('0', '150mb', '1gb', '1234567890'),
  'maxmemory-clients': fc.constantFrom('0', '1%', '5%', '10mb', '123456789'),
  'maxmemory-eviction-tenacity': within(0, 100).map(String),
  'maxmemory-policy': POLICY,
  'min-replicas-to-write': within(0, 3).map(String),
  'no-appendfsync-on-rewrite': yesNo,
  'repl-backlog-ttl': within(0, 100_000).map(String),
  save: fc
    .array(fc.tuple(within(1, 100_000), within(1, 10_000)), { maxLength: 3 })
    .map((points) => points.flat().join(' ')),
  'slowlog-log-slower-than': within(-1, 1_000_000).map(String),
  'slowlog-max-len': within(0, 4096).map(String),
  'stop-writes-on-bgsave-error': yesNo,
  'tcp-keepalive': within(0, 600).map(String),
  timeout: within(0, 90_000).map(String),
  'tracking-table-max-keys': within(0, 2_000_000).map(String),
});

/** What may be asked of it then. */
const ASKED = fc.oneof(
  fc.record({ id: fc.constant('set-active-defrag'), args: fc.record({ cycle_max: within(1, 75) }) }),
  fc.record({ id: fc.constant('set-expire-effort'), args: fc.record({ effort: within(1, 10), hz: within(10, 100) }) }),
  fc.record({ id: fc.constant('set-observability'), args: fc.constant({}) }),
  fc.record({ id: fc.constant('set-lazyfree'), args: fc.constant({}) }),
  fc.record({ id: fc.constant('set-maxclients'), args: fc.record({ count: within(100, 4000) }) }),
  fc.record({
    id: fc.constant('set-timeout'),
    args: fc.record({ idle_s: within(300, 86_400), keepalive_s: within(30, 900) }),
  }),
  fc.record({
    id: fc.constant('set-save-points'),
    args: fc.record({ aim: fc.constantFrom('relax', 'pause', 'closer') }),
  }),
  fc.record({ id: fc.constant('set-client-buffer'), args: fc.record({ class: fc.constantFrom('normal', 'pubsub') }) }),
  fc.record({ id: fc.constant('set-client-memory'), args: fc.constant({}) }),
  fc.record({ id: fc.constant('set-encoding'), args: fc.constant({}) }),
  fc.record({ id: fc.constant('set-fsync'), args: fc.record({ fsync: fc.constantFrom('always', 'everysec') }) }),
  fc.record({ id: fc.constant('set-fsync'), args: fc.record({ not_on_rewrite: yesNo }) }),
  fc.record({
    id: fc.constant('set-aof-rewrite'),
    args: fc.record({ percentage: within(50, 1000), min_size: within(1, 900).map((mib) => mib * MIB) }),
  }),
  fc.record({ id: fc.constant('set-stop-writes'), args: fc.record({ value: yesNo }) }),
  fc.record({ id: fc.constant('change-policy'), args: fc.record({ policy: POLICY }) }),
  fc.record({ id: fc.constant('set-min-replicas'), args: fc.constant({ count: 0 }) }),
  fc.record({ id: fc.constant('set-maxmemory'), args: fc.constant({}) }),
  fc.record({
    id: fc.constant('lower-maxmemory'),
    args: fc.record({ bytes: within(50, 900).map((mib) => mib * MIB) }),
  }),
  fc.record({
    id: fc.constant('set-parameter'),
    args: fc.oneof(
      fc.record({ parameter: fc.constant('repl-backlog-ttl'), value: within(0, 9999) }),
      fc.record({ parameter: fc.constant('maxmemory-eviction-tenacity'), value: within(0, 99) }),
      fc.record({
        parameter: fc.constant('client-query-buffer-limit'),
        value: within(64, 999).map((mib) => mib * MIB),
      }),
      fc.record({ parameter: fc.constant('tracking-table-max-keys'), times: fc.constant(2) }),
    ),
  }),
);

const SOME = ENGINES.filter(({ engine }) => engine === 'installed' || engine === 'valkey-9.1');

describe.each(SOME)('on $engine', (binary) => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ binary, args: ['--appendonly', 'yes'] });
  });
  afterAll(() => server.stop());

  test('whatever was set before, an action and its undo leave every parameter as it was', {
    timeout: 120_000,
  }, async () => {
    const deployment = { seeds: [server], all: [server], target: { memoryLimitBytes: 4096 * MIB } };
    let done = 0;
    await fc.assert(
      fc.asyncProperty(CONFIGURATION, fc.array(ASKED, { minLength: 3, maxLength: 5 }), async (given, asked) => {
        await configure(server, given);
        for (const { id, args } of asked) {
          const plan = await planFor(deployment, id, server, args);
          // What is set already, or would do harm, is refused; and some settings nobody should go back to.
          if ('refused' in plan || typeof plan.undo === 'string') continue;
          await thereAndBack(deployment, id, server, args);
          done += 1;
        }
      }),
      { numRuns: 8, endOnFailure: true },
    );
    // Otherwise the configurations above are too narrow.
    expect(done).toBeGreaterThan(5);
  });
});
