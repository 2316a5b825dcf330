import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackupDeps } from './cli/backup.ts';
import type { Handlers } from './cli/handlers.ts';
import { runProgram } from './cli/program.ts';
import type { Config, ConfigSources } from './config.ts';
import { problem } from './domain/problem.ts';
import type { Target } from './domain/target.ts';
import type { Clock, Store } from './flow/ports.ts';

/** Builds the house and starts what the command line asked for. Rooms are loaded when a command needs them. */
const clock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal ? { signal } : {});
  },
};

const output = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
};

const handlers: Handlers = {
  async diagnose(ask) {
    const { diagnoseCommand } = await import('./cli/diagnose.ts');
    const enough = new AbortController();
    // The first Ctrl-C ends the scan and keeps what it saw; the second ends the program.
    if (ask.deep) process.once('SIGINT', () => enough.abort());
    return diagnoseCommand({ ...(await looking(ask)), enough: enough.signal }, ask);
  },
  async check(ask) {
    const { checkCommand } = await import('./cli/check.ts');
    return checkCommand(await looking(ask), ask);
  },
  async acl(ask) {
    const { aclCommand } = await import('./cli/acl.ts');
    return aclCommand(await shelvesAlone(), ask, output);
  },
  async aclHost(ask) {
    const { aclHostCommand } = await import('./cli/acl-host.ts');
    const { probes } = await shelvesAlone();
    return aclHostCommand(probes, ask, output);
  },
  async configCheck({ config }) {
    const { configCheck } = await import('./cli/config-check.ts');
    const { readConfig } = await import('./config.ts');
    const given = await configSources(config);
    const read = async () => {
      const known = readConfig(given);
      await shelvesWithPlaybooks(known.playbooksFolder);
      return known;
    };
    return configCheck(read, output);
  },
  async plan(ask) {
    const { planCommand } = await import('./cli/plan.ts');
    return planCommand(await looking(ask), ask);
  },
  async playbooksList(ask) {
    const { playbooksList } = await import('./cli/playbooks.ts');
    return playbooksList(await shelvesWithPlaybooks(await ownFolder(ask.config)), ask, await terminal('stdout'));
  },
  async playbooksShow(ask) {
    const { playbooksShow } = await import('./cli/playbooks.ts');
    return playbooksShow(await shelvesWithPlaybooks(await ownFolder(ask.config)), ask, await terminal('stdout'));
  },
  async playbooksLint({ paths, config }) {
    const { playbooksLint } = await import('./cli/playbooks.ts');
    const { readPlaybooks } = await import('./io/playbooks.ts');
    const shelves =
      paths.length === 0
        ? await shelvesWithPlaybooks(await ownFolder(config))
        : { playbooks: await readPlaybooks(await shelvesAlone(), paths) };
    return playbooksLint(shelves, await terminal('stdout'));
  },
  async playbooksTest(ask) {
    const { testPlaybooks } = await import('./rehearsals.ts');
    const shelves = await shelvesWithPlaybooks(await ownFolder(ask.config));
    return testPlaybooks(ask, { shelves, env: process.env, clock, out: await terminal('stdout') });
  },
  async auditList({ config, ...ask }) {
    const { auditList } = await import('./cli/audit.ts');
    return withStore(config, (store) => auditList(store, ask, output));
  },
  async auditExport({ config, ...ask }) {
    const { auditExport } = await import('./cli/audit.ts');
    return withStore(config, (store) => auditExport(store, ask, output));
  },
  async auditVerify({ config }) {
    const { auditVerify } = await import('./cli/audit.ts');
    const { readAnchors } = await import('./io/store/anchors.ts');
    return withStore(config, async (store, folder) => auditVerify(store, await readAnchors(folder), output));
  },
  backupList: (ask) => withBackups(ask, (cli, deps) => cli.backupList(deps, ask)),
  backupTake: (ask) => withBackups(ask, (cli, deps) => cli.backupTake(deps, ask)),
  backupVerify: (ask) => withBackups(ask, (cli, deps) => cli.backupVerify(deps, ask)),
  backupPrune: (ask) => withBackups(ask, (cli, deps) => cli.backupPrune(deps, ask)),
  async start({ config: file }) {
    const { runUntilStopped } = await import('./cli/start.ts');
    const { makeLog } = await import('./io/log.ts');
    const config = await configOf(file);
    const log = makeLog({ level: config.logLevel, secrets: config.secrets });
    const onSignal = (listener: (signal: string) => void) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listener);
    };
    const { openBot } = await import('./bot.ts');
    const status = await runUntilStopped(() => openBot({ config, clock, log }), { onSignal, clock, log });
    // What did not stop in time must not keep the process.
    process.exit(status);
  },
};

async function readPast(databaseUrl: string, target: Target) {
  const { readPast: read } = await import('./io/store/read-past.ts');
  return read(databaseUrl, target);
}

/** What a look at a target needs, and where the answer goes. */
async function looking({ what, config }: { what: string; config?: string }) {
  const { openServers } = await import('./io/redis/servers.ts');
  const { openHosts } = await import('./io/host/open-hosts.ts');
  const shelves = await shelvesWithPlaybooks(what.includes('://') ? undefined : await ownFolder(config));
  const servers = openServers(shelves.probes);
  const { openLedger } = await import('./io/open-backups.ts');
  const ledger = what.includes('://')
    ? undefined
    : await openLedger(await configOf(config ?? 'medic.yml'), servers, clock);
  return {
    servers,
    ...(ledger && { ledger }),
    hosts: openHosts(shelves.probes),
    shelves,
    clock,
    loadConfig: (file = 'medic.yml') => configOf(file),
    readPast,
    out: await terminal('stdout'),
    err: await terminal('stderr'),
  };
}

/** Backups as medic.yml sets them up, recorded in the audit trail where that can be opened beside a running bot. */
async function withBackups(
  { config: file }: { config: string },
  work: (cli: typeof import('./cli/backup.ts'), deps: BackupDeps) => Promise<number>,
): Promise<number> {
  const config = await configOf(file);
  if (!config.backups) throw problem('backups-not-set-up');
  const { openBackups } = await import('./io/open-backups.ts');
  const shelves = await shelvesAlone();
  const opened = await openBackups({ ...config, settings: config.backups, shelves, clock });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('interrupted')));
  try {
    const [out, err] = [await terminal('stdout'), await terminal('stderr')];
    const deps = { ...opened, shelves, targets: config.targets, stop: stop.signal, out, err };
    return await work(await import('./cli/backup.ts'), deps);
  } finally {
    await opened.close();
  }
}

async function withStore(file: string, work: (store: Store, folder: string) => Promise<number>): Promise<number> {
  const { openStore } = await import('./io/store/open-store.ts');
  const { dataFolder: folder, databaseUrl } = await configOf(file);
  // Opening would make an empty database, whose audit trail is intact.
  if (databaseUrl === undefined && !existsSync(join(folder, 'pgdata'))) throw problem('data-folder-missing', folder);
  const store = await openStore({ folder, ...(databaseUrl !== undefined && { databaseUrl }) });
  try {
    return await work(store, folder);
  } finally {
    await store.close();
  }
}

async function shelvesAlone() {
  const { loadShelves } = await import('./io/shelves.ts');
  return loadShelves();
}

async function terminal(stream: 'stdout' | 'stderr') {
  const { terminalOf } = await import('./cli/render/terminal.ts');
  return terminalOf(process[stream], process.env);
}

/** The folder of playbooks that medic.yml names; none where there is no such file and none was asked for. */
async function ownFolder(config: string | undefined): Promise<string | undefined> {
  if (config === undefined && !existsSync('medic.yml')) return undefined;
  return (await configOf(config ?? 'medic.yml')).playbooksFolder;
}

async function shelvesWithPlaybooks(own?: string) {
  const { loadPlaybooks } = await import('./io/playbooks.ts');
  const units = await shelvesAlone();
  return { ...units, playbooks: await loadPlaybooks(units, undefined, own) };
}

async function configOf(file: string): Promise<Config> {
  const { readConfig } = await import('./config.ts');
  return readConfig(await configSources(file));
}

async function configSources(file: string): Promise<ConfigSources> {
  const { sources, rules } = await shelvesAlone();
  const { playbookIds } = await import('./io/playbooks.ts');
  const readFile = (path: string) => readFileSync(path, 'utf8');
  const ids = { sources: sources.keys(), rules: rules.keys(), playbooks: playbookIds };
  return { file, text: textOf(file), env: process.env, readFile, ...ids };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

process.exitCode = await runProgram(process.argv.slice(2), handlers, output);
