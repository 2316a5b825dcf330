import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BackendFactory,
  Queue as BullQueue,
  createPostgresBackend,
  createRedisBackend,
  type IQueueBackend,
  type Job,
  type JobProgress,
  type PgPool,
  type PostgresConnectionOptions,
  runMigrations,
  Worker,
} from 'bullmq';
import { IncidentId, RunId, TargetName } from '../domain/ids.ts';
import { problem } from '../domain/problem.ts';
import { hideCredentials } from '../domain/scrub.ts';
import type { Log } from '../flow/ports.ts';
import type { OpenQueue } from './open-queue.ts';
import { redisOptions } from './queue-url.ts';
import { rarely } from './rarely.ts';
import type { Database } from './store/database.ts';

interface Wake {
  id: string;
  /** Of a window. */
  lengthMs?: number;
}
type Asked = Pick<Job<Wake>, 'id' | 'data'>;
type Bull<B extends IQueueBackend, C> = BullQueue<Wake, void, string, Wake, void, string, B, C>;

const CONCURRENCY = 4;
/** A run may wait for a person for hours, and must not keep another one from its worker. */
const RUNS_AT_ONCE = 50;
const REDIS_READY_MS = 5000;
const KEEP_MS = 24 * 3600_000;
// Windows are many and nobody asks for one again.
const KEEP_WINDOWS_MS = 5 * 60_000;
const TIDY_AT_ONCE = 1000;
// To BullMQ: whoever holds the lock of the job.
const ANY_TOKEN = '0';

// A job whose worker died is noticed within 15 s. What it did stands in the store, so it is never just done again.
const STALL = { lockDuration: 10_000, stalledInterval: 5000 };

// The Postgres backend can deadlock and fail a good job when it also removes old ones at completion; see tidy.
const JOB = { attempts: 1, removeOnComplete: false, removeOnFail: false };

/** Wakes workers through the database, or through a Redis of its own when a URL is given. */
export async function openQueue(options: { database: Database; queueUrl?: string; log: Log }): Promise<OpenQueue> {
  const { database, queueUrl, log } = options;
  const { within } = database;
  if (queueUrl !== undefined) {
    const adding = redisOptions(queueUrl);
    const working = { ...adding, maxRetriesPerRequest: null };
    const wakes = makeWakes({ adding, working, backend: createRedisBackend, within, log });
    await ready(wakes, queueUrl);
    return wakes;
  }
  // @types/pg and BullMQ's own description of a pool do not fit each other, though the pools do.
  const pool = database.pool as unknown as PgPool;
  const client = await pool.connect();
  try {
    await runMigrations(client, 'bullmq');
  } finally {
    client.release();
  }
  const connection: PostgresConnectionOptions = pool;
  const wakes = makeWakes({ adding: connection, working: connection, backend: createPostgresBackend, within, log });
  // The folder's lock says that no other process can be at work on these.
  if (database.kind === 'pglite') await wakes.endOrphans();
  return wakes;
}

interface Wakes extends OpenQueue {
  ready(): Promise<void>;
  /** Fails the jobs that a process left when it died; a diagnosis is asked for again. */
  endOrphans(): Promise<void>;
}

interface Setup<B extends IQueueBackend, C> {
  adding: C;
  working: C;
  backend: BackendFactory<B, C>;
  within: Database['within'];
  log: Log;
}

function makeWakes<B extends IQueueBackend, C>({ adding, working, backend, within, log }: Setup<B, C>): Wakes {
  const open = (name: string): Bull<B, C> => {
    const settings = { connection: adding, defaultJobOptions: JOB, streams: { events: { maxLen: 100 } } };
    const queue: Bull<B, C> = new BullQueue(name, settings, backend);
    return queue.on(
      'error',
      rarely((error) => log.warn({ queue: name, err: error }, 'queue in trouble')),
    );
  };
  const runs = open('runs');
  const diagnoses = open('diagnoses');
  const windows = open('watch');
  const keys = open('keys');
  const backups = open('backups');
  let windowMs: number | undefined;
  const workers: Worker<Wake, void, string, B, JobProgress, C>[] = [];
  const handling = new Set<Promise<void>>();

  function employ(
    queue: string,
    maxStalledCount: number,
    handle: (job: Asked) => Promise<void>,
    concurrency = CONCURRENCY,
  ): void {
    const processor = async (job: Asked) => {
      const work = handle(job);
      handling.add(work);
      await work.finally(() => handling.delete(work));
    };
    const settings = { connection: working, concurrency, maxStalledCount, ...STALL };
    const worker: (typeof workers)[number] = new Worker(queue, processor, settings, backend);
    worker.on(
      'error',
      rarely((error) => log.warn({ queue, err: error }, 'queue worker in trouble')),
    );
    worker.on('failed', (job, error) => log.error({ queue, id: job?.data.id, err: error }, 'job failed'));
    workers.push(worker);
  }

  async function add(work: () => Promise<unknown>): Promise<void> {
    if (within.getStore()?.open === true) throw new Error('a worker was woken before what it is to do was committed');
    // After a restart of the server each connection of the pool fails once. The ids make a second try harmless.
    await work().catch(work);
  }

  const wakes: Wakes = {
    run: (id) =>
      add(async () => {
        // The job of a worker that died: whoever asks again has seen that the run was not done.
        if ((await runs.getJobState(id)) === 'failed') await runs.remove(id);
        await runs.add('run', { id }, { jobId: id });
      }),

    // One waits at most; one that is asked for while another is under way runs after it.
    diagnose: (id) => add(() => diagnoses.add('diagnose', { id }, { deduplication: { id, keepLastIfActive: true } })),

    keys: (id) => add(() => keys.add('keys', { id }, { deduplication: { id } })),

    backup: (id) => add(() => backups.add('backup', { id }, { deduplication: { id } })),

    async ready() {
      await Promise.all([runs, diagnoses, windows, keys, backups].map((queue) => queue.waitUntilReady()));
    },

    async work(handlers) {
      employ('runs', 0, ({ data }) => handlers.run(RunId.parse(data.id)), RUNS_AT_ONCE);
      employ('diagnoses', 1, ({ data }) => handlers.diagnose(IncidentId.parse(data.id)));
      employ('keys', 1, ({ data }) => handlers.keys(IncidentId.parse(data.id)));
      employ('backups', 0, ({ data }) => handlers.backup(TargetName.parse(data.id)));
      employ('watch', 0, ({ id, data }) => handlers.watch(slotOf(id), data.lengthMs ?? 0));
      await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    },

    async watch(lengthMs) {
      windowMs = lengthMs;
      if (lengthMs === undefined) await windows.removeJobScheduler(WINDOWS);
      else await windows.upsertJobScheduler(WINDOWS, { every: lengthMs }, { data: { id: WINDOWS, lengthMs } });
    },

    async tidy() {
      await windows.clean(KEEP_WINDOWS_MS, TIDY_AT_ONCE, 'completed');
      await windows.clean(KEEP_WINDOWS_MS, TIDY_AT_ONCE, 'failed');
      // The next window is asked for when one begins: who died in between has asked for none.
      const next = (await windows.getJobScheduler(WINDOWS))?.next ?? 0;
      if (windowMs !== undefined && next < Date.now() - 2 * windowMs) await wakes.watch(windowMs);
      for (const queue of [runs, diagnoses, keys, backups]) {
        await queue.clean(KEEP_MS, TIDY_AT_ONCE, 'completed');
        await queue.clean(KEEP_MS, TIDY_AT_ONCE, 'failed');
      }
    },

    async endOrphans() {
      const died = new Error('the process ended while it worked on this');
      for (const queue of [runs, windows, keys, backups]) {
        for (const job of await queue.getActive()) await job.moveToFailed(died, ANY_TOKEN);
      }
      for (const job of await diagnoses.getActive()) {
        await job.moveToFailed(died, ANY_TOKEN);
        await wakes.diagnose(IncidentId.parse(job.data.id));
      }
    },

    async close(graceMs) {
      await Promise.all(workers.map((worker) => worker.pause(true)));
      const timeout = new AbortController();
      const grace = sleep(graceMs, undefined, { signal: timeout.signal }).catch(() => undefined);
      await Promise.race([Promise.allSettled(handling), grace]);
      timeout.abort();
      await Promise.all(workers.map((worker) => worker.close(handling.size > 0)));
      await Promise.all([runs.close(), diagnoses.close(), windows.close(), keys.close(), backups.close()]);
    },
  };
  return wakes;
}

/** The scheduler of the windows, which names each job `repeat:watch:<slot>`. */
const WINDOWS = 'watch';

function slotOf(job: string | undefined): number {
  return Number(job?.split(':').at(-1));
}

async function ready(wakes: Wakes, url: string): Promise<void> {
  const opened = wakes.ready().then(() => true);
  if (await Promise.race([opened.catch(() => false), sleep(REDIS_READY_MS, false, { ref: false })])) return;
  await wakes.close(0).catch(() => undefined);
  throw problem('queue-url-invalid', hideCredentials(url));
}
