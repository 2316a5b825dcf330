import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { type Config, slackSettings } from './config.ts';
import { makeIds } from './domain/ids.ts';
import { runDueAutomatic } from './flow/auto/run-due.ts';
import { backupDeeds } from './flow/backup/deeds.ts';
import { makeSchedule } from './flow/backup/schedule.ts';
import { tellIn } from './flow/backup/tell.ts';
import { diagnoseIncident } from './flow/diagnose-incident.ts';
import { runKeyScan } from './flow/keys/key-scans.ts';
import type { Clock, Log, Ports } from './flow/ports.ts';
import { remind } from './flow/remind.ts';
import { executeRun } from './flow/run/execute.ts';
import { recoverRuns } from './flow/run/recover.ts';
import { lookAgain, requeue, sweep } from './flow/sweep.ts';
import { receive } from './flow/triage.ts';
import { tidySeries } from './flow/watch/tidy-series.ts';
import { makeWatch } from './flow/watch/watch.ts';
import { openHosts } from './io/host/open-hosts.ts';
import { startHttp } from './io/http.ts';
import { keptKeys } from './io/kept-keys.ts';
import { makeMetrics } from './io/metrics.ts';
import { openWorks } from './io/open-works.ts';
import { loadPlaybooks } from './io/playbooks.ts';
import { openQueue } from './io/queue.ts';
import { openServers } from './io/redis/servers.ts';
import { loadShelves } from './io/shelves.ts';
import { openStore } from './io/store/open-store.ts';
import { makeSlack, type SlackOptions } from './slack/app.ts';

/** Between two looks for expired proposals and for runs whose worker died, in ms. */
const SWEEP_MS = 2_000;
/** Between two looks for work that the queue lost, and for old jobs, in ms. */
const TIDY_MS = 60_000;
/** What was kept while there was a watch is dropped after this. */
const KEEP_SECONDS = 48 * 3600;
/** How long runs may take to end when the bot stops; what has not ended is taken up at the next start. */
const GRACE_MS = 6_000;

export interface Bot {
  close(): Promise<void>;
}

/** The bot for real use: store, queue, webhooks, Slack and the worker. Throws a Problem for what a person must set right. */
export async function openBot({ config, clock, log }: { config: Config; clock: Clock; log: Log }): Promise<Bot> {
  const slack = makeSlack(slackOptions(config, clock, log));
  const units = await loadShelves();
  const shelves = { ...units, playbooks: await loadPlaybooks(units, undefined, config.playbooksFolder) };
  const { dataFolder: folder, databaseUrl, queueUrl } = config;
  for (const warning of config.warnings) log.warn({ warning }, 'configuration warning');
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
    closers.length = 0;
  };
  try {
    const store = await openStore({ folder, ...(databaseUrl !== undefined && { databaseUrl }) });
    closers.push(() => store.close());
    const queue = await openQueue({ database: store.database, log, ...(queueUrl !== undefined && { queueUrl }) });
    let stopLooking = async () => {};
    let stopWatching = async () => {};
    closers.push(async () => void (await Promise.all([stopLooking(), stopWatching(), queue.close(GRACE_MS)])));
    const meter = makeMetrics({ log, strict: false });
    const { face, people } = slack;
    const servers = openServers(shelves.probes);
    const hosts = openHosts(shelves.probes);
    const { backups } = config;
    const works =
      backups && (await openWorks({ settings: backups, servers, clock, log, tell: tellIn(store, clock, meter) }));
    const ports: Ports = {
      store,
      queue,
      servers,
      hosts,
      ...(works && { ledger: works.catalog }),
      deeds: new Map([
        ['keys', keptKeys({ servers, folder: join(folder, 'kept-keys'), clock })],
        ...(works && backups ? backupDeeds({ works, hosts, serve: backups.serve }) : []),
      ]),
      face,
      people,
      shelves,
      targets: config.targets,
      defaultChannel: config.defaultChannel,
      windowSeconds: config.windowSeconds,
      clock,
      ids: makeIds((below) => randomInt(below)),
      log,
      meter,
    };
    const listening = await slack.listen(ports);
    closers.push(() => listening.stop());
    const http = await startHttp({
      listen: config.listen,
      sources: units.sources,
      tokens: config.hookTokens,
      receive: (source, sightings) => receive(ports, source, sightings),
      ready: async () => (listening.ready() ? databaseAnswers(ports) : 'Slack is not connected'),
      metrics: () => meter.render(),
      log,
    });
    closers.push(() => http.close());
    // Before our own worker starts: on a store of our own, what is at work now was begun by a process that is gone.
    const recovering = await recoverRuns(ports, store.database.kind === 'pglite');
    const watch = makeWatch(ports, config.watch);
    stopWatching = () => Promise.race([watch.close(), clock.sleep(GRACE_MS)]);
    const schedule = works && makeSchedule(ports, works);
    await queue.work({
      run: (id) => executeRun(ports, id),
      diagnose: (id) => diagnoseIncident(ports, id),
      keys: (id) => runKeyScan(ports, id),
      watch: (slot, lengthMs) => watch.window(slot, lengthMs),
      backup: async (name) => schedule?.run(name),
    });
    await queue.watch(watch.windowMs);
    await requeue(ports);
    const tidy = async () => {
      await queue.tidy();
      await tidySeries(ports, (config.watch?.keepSeconds ?? KEEP_SECONDS) * 1000);
      await store.vacuum();
      await schedule?.tick((name) => queue.backup(name));
    };
    stopLooking = lookAfter(ports, tidy, recovering);
    log.info({ listen: http.address, targets: config.targets.size, queue: queueUrl ? 'redis' : 'database' }, 'ready');
    return { close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function databaseAnswers(ports: Ports): Promise<true | string> {
  try {
    await ports.store.transaction((tx) => tx.paused());
    return true;
  } catch (error) {
    ports.log.warn({ err: error }, 'the database does not answer');
    return 'the database does not answer';
  }
}

function slackOptions(config: Config, clock: Clock, log: Log): SlackOptions {
  const settings = slackSettings(config);
  const mode: SlackOptions['mode'] =
    settings.kind === 'http'
      ? { kind: 'http', signingSecret: settings.signingSecret, ...settings.listen }
      : { kind: 'socket', appToken: settings.appToken };
  const { botToken, apiUrl } = settings;
  return { mode, botToken, ...(apiUrl !== undefined && { apiUrl }), approvers: config.approvers, clock, log };
}

/** Expires proposals and takes over runs whose worker died, for as long as the bot lives. */
function lookAfter(ports: Ports, tidy: () => Promise<void>, recovering: Promise<void>[]): () => Promise<void> {
  const stopping = new AbortController();
  const underWay = new Set(recovering);
  let tidyAt = ports.clock.now() + TIDY_MS;
  const loop = async () => {
    while (!stopping.signal.aborted) {
      try {
        for (const run of await recoverRuns(ports, false)) underWay.add(run);
        await sweep(ports);
        await lookAgain(ports);
        await runDueAutomatic(ports);
        if (ports.clock.now() >= tidyAt) {
          tidyAt = ports.clock.now() + TIDY_MS;
          await requeue(ports);
          await remind(ports);
          await tidy();
        }
      } catch (error) {
        ports.log.error({ err: error }, 'looking after open work failed');
      }
      await ports.clock.sleep(SWEEP_MS, stopping.signal).catch(() => undefined);
    }
  };
  const looping = loop();
  return async () => {
    stopping.abort();
    await looping;
    await Promise.race([Promise.all(underWay), ports.clock.sleep(GRACE_MS)]);
  };
}
