import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Reply, ReplyError } from '../../../src/domain/command.ts';
import { TargetName } from '../../../src/domain/ids.ts';
import type { KeptSample } from '../../../src/domain/kept-sample.ts';
import type { Point } from '../../../src/domain/series.ts';
import type { Standing } from '../../../src/domain/standing.ts';
import type { Tx } from '../../../src/flow/ports.ts';
import { openStore } from '../../../src/io/store/open-store.ts';
import type { OpenStore } from '../../../src/io/store/store.ts';
import { freshStore, scratchFolder } from '../../support/databases.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});

const DATABASES: Record<string, () => Promise<OpenStore>> = {
  PGlite: freshStore,
  PostgreSQL: async () => openStore({ databaseUrl: await postgres.database(), folder: await scratchFolder() }),
};

const [CACHE, ORDERS] = ['prod-cache', 'prod-orders'].map((name) => TargetName.parse(name)) as [TargetName, TargetName];
const A: string = '10.0.0.1:6379';
const B: string = '10.0.0.2:6379';
const SECOND = 1000;
const HOUR = 3600 * SECOND;
const NOON = Date.UTC(2026, 10, 20, 12);

function point(at: number, different: Partial<Point> = {}): Point {
  return {
    at,
    runId: 'a',
    role: 'primary',
    replId: 'x',
    values: { used_memory: at / SECOND, maxmemory: 5 },
    ...different,
  };
}

function sample(
  at: number,
  answers: KeptSample['answers'] = new Map([['["INFO","everything"]', 'run_id:a']]),
): KeptSample {
  return { at, runId: 'a', answers };
}

describe.each(Object.entries(DATABASES))('what watch keeps on %s', (_name, open) => {
  let store: OpenStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(async () => {
    await store.close();
  });
  beforeEach(async () => {
    await store.database.pool.connect().then(async (client) => {
      await client.query('truncate medic.sample, medic.point, medic.series_hour, medic.standing', []);
      client.release();
    });
  });

  async function query<R>(text: string): Promise<R[]> {
    const client = await store.database.pool.connect();
    try {
      return (await client.query<R>(text, [])).rows;
    } finally {
      client.release();
    }
  }

  function withTx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return store.transaction(work);
  }

  /** Samples of a node from a moment on, every 15 s. */
  async function watched(node: string, from: number, count: number, target = CACHE): Promise<void> {
    await withTx(async (tx) => {
      for (let at = from; at < from + count * 15 * SECOND; at += 15 * SECOND) {
        await tx.keepSample(target, node, sample(at), point(at));
      }
    });
  }

  async function packAll(before: number): Promise<number> {
    for (let packed = 0; ; packed += 1) if (!(await withTx((tx) => tx.packSeries(before)))) return packed;
  }

  async function count(table: string): Promise<number> {
    return (await query<{ count: number }>(`select count(*)::int as count from medic.${table}`))[0]?.count ?? -1;
  }

  test('the newest sample of each node comes back as it was, refusals and lists among the replies', async () => {
    const answers = new Map<string, Reply>([
      ['["INFO","everything"]', 'used_memory:5\r\n"quoted" \u0000 ü'],
      ['["SLOWLOG","GET","128"]', [[14, 1_700_000_000, null, ['GET', 'k'], []]]],
      ['["TIME"]', new ReplyError('NOPERM no')],
    ]);
    await withTx((tx) => tx.keepSample(CACHE, A, sample(1), point(1)));
    await withTx((tx) => tx.keepSample(CACHE, A, sample(2, answers), point(2)));
    await withTx((tx) => tx.keepSample(ORDERS, B, sample(3), point(3)));
    expect(await withTx((tx) => tx.samplesOf(CACHE))).toEqual(new Map([[A, sample(2, answers)]]));
    expect(await withTx((tx) => tx.sampledAt([CACHE, ORDERS]))).toEqual(
      new Map([
        [CACHE, new Map([[A, 2]])],
        [ORDERS, new Map([[B, 3]])],
      ]),
    );
    expect(await withTx((tx) => tx.sampledAt([]))).toEqual(new Map());
  });

  test('a sample can be forgotten without its series', async () => {
    await watched(A, NOON, 2);
    await watched(B, NOON, 2);
    await withTx((tx) => tx.forgetSamples(CACHE, [A]));
    expect([...(await withTx((tx) => tx.samplesOf(CACHE))).keys()]).toEqual([B]);
    expect((await withTx((tx) => tx.seriesOf(CACHE, 0))).get(A)).toHaveLength(2);
  });

  test('one that holds no data has a sample and no series', async () => {
    await withTx((tx) => tx.keepSample(CACHE, A, sample(1)));
    expect((await withTx((tx) => tx.samplesOf(CACHE))).size).toBe(1);
    expect(await withTx((tx) => tx.seriesOf(CACHE, 0))).toEqual(new Map());
  });

  test('a series is one target’s, oldest first, from a moment on', async () => {
    await watched(A, NOON, 3);
    await watched(A, NOON, 1, ORDERS);
    await watched(B, NOON, 1);
    const series = await withTx((tx) => tx.seriesOf(CACHE, NOON + 15 * SECOND));
    expect(series).toEqual(new Map([[A, [point(NOON + 15 * SECOND), point(NOON + 30 * SECOND)]]]));
  });

  test('hours that are over are thinned and packed, and read as if they were not', async () => {
    await watched(A, NOON - 15 * SECOND, 242);
    await watched(B, NOON, 2);
    await withTx((tx) =>
      tx.keepSample(CACHE, B, sample(NOON + 20 * SECOND), point(NOON + 20 * SECOND, { runId: 'b' })),
    );
    expect(await packAll(NOON + HOUR + SECOND)).toBe(3);
    expect([await count('series_hour'), await count('point')]).toEqual([3, 1]);
    const series = await withTx((tx) => tx.seriesOf(CACHE, 0));
    const minutes = Array.from({ length: 30 }, (_, at) => point(NOON + at * 120 * SECOND));
    expect(series.get(A)).toEqual([point(NOON - 15 * SECOND), ...minutes, point(NOON + HOUR)]);
    expect(series.get(B)).toEqual([point(NOON), point(NOON + 20 * SECOND, { runId: 'b' })]);
    expect((await withTx((tx) => tx.seriesOf(CACHE, NOON + 90 * SECOND))).get(A)).toHaveLength(30);
  });

  test('what comes late for a packed hour is added to it', async () => {
    await watched(A, NOON, 1);
    await packAll(NOON + 2 * HOUR);
    await watched(A, NOON + 120 * SECOND, 1);
    await packAll(NOON + 2 * HOUR);
    expect((await withTx((tx) => tx.seriesOf(CACHE, 0))).get(A)).toEqual([point(NOON), point(NOON + 120 * SECOND)]);
  });

  test('what is old is dropped', async () => {
    await watched(A, NOON - 3 * HOUR, 2);
    await packAll(NOON - HOUR);
    await watched(B, NOON - 2 * HOUR, 2);
    await watched(A, NOON, 1);
    const old = { rule: 'x', node: A, since: 1, goneSince: null, raised: null, returns: 0 };
    await withTx((tx) => tx.saveStandings(CACHE, [{ ...old, seenAt: NOON - 3 * HOUR }]));
    await withTx((tx) => tx.dropSeries(NOON - HOUR));
    expect([...(await withTx((tx) => tx.seriesOf(CACHE, 0)))]).toEqual([[A, [point(NOON)]]]);
    expect([...(await withTx((tx) => tx.samplesOf(CACHE))).keys()]).toEqual([A]);
    expect(await withTx((tx) => tx.standingsOf([CACHE]))).toEqual(new Map());
  });

  test('rows that are gone make room for new ones', async () => {
    const size = async () =>
      (await query<{ size: number }>("select pg_relation_size('medic.point')::int as size"))[0]?.size;
    await store.vacuum();
    await watched(A, NOON, 500);
    const once = await size();
    for (let round = 0; round < 4; round += 1) {
      await query('delete from medic.point');
      await store.vacuum();
      // PostgreSQL does that by itself, in its own time.
      if (store.database.kind === 'postgres') await query('vacuum medic.point');
      await watched(A, NOON, 500);
    }
    expect(await size()).toBe(once);
  });

  test('the standings of a target are replaced as a whole', async () => {
    const standing: Standing = { rule: 'r', node: A, since: 1, seenAt: 2, goneSince: null, raised: 1, returns: 0 };
    const other: Standing = { ...standing, node: B, goneSince: 5, raised: null, returns: 3 };
    await withTx((tx) => tx.saveStandings(CACHE, [standing, other]));
    await withTx((tx) => tx.saveStandings(ORDERS, [standing]));
    await withTx((tx) => tx.saveStandings(CACHE, [other]));
    expect(await withTx((tx) => tx.standingsOf([CACHE, ORDERS]))).toEqual(
      new Map([
        [CACHE, [other]],
        [ORDERS, [standing]],
      ]),
    );
    await withTx((tx) => tx.saveStandings(CACHE, []));
    expect((await withTx((tx) => tx.standingsOf([CACHE, ORDERS]))).has(CACHE)).toBe(false);
  });
});
