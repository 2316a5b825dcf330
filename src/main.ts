import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Handlers, runProgram } from './cli/program.ts';
import type { Config } from './config.ts';
import type { Clock } from './flow/ports.ts';

/** Builds the house and starts what the command line asked for. Rooms are loaded when a command needs them. */
const clock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal ? { signal } : {});
  },
};

const out = (text: string) => void process.stdout.write(text);
const err = (text: string) => void process.stderr.write(text);

const handlers: Handlers = {
  async diagnose(ask) {
    const { diagnoseCommand } = await import('./cli/diagnose.ts');
    const { openServers } = await import('./io/redis.ts');
    const shelves = await shelvesWithPlaybooks();
    return diagnoseCommand(
      {
        servers: openServers(shelves.probes),
        shelves,
        clock,
        config: () => configOf(ask.config ?? 'medic.yml'),
        stdout: process.stdout,
        stderr: process.stderr,
        env: process.env,
      },
      ask,
    );
  },
  async configCheck({ config }) {
    const { configCheck } = await import('./cli/config-check.ts');
    const { sources } = await shelvesAlone();
    const { readConfig } = await import('./config.ts');
    return configCheck(() => readConfig(configSources(config, sources.keys())), { out, err });
  },
  auditList: async (ask) => withAudit(ask.config, async (audit, store) => audit.auditList(store, ask, { out, err })),
  auditExport: async (ask) =>
    withAudit(ask.config, async (audit, store) => audit.auditExport(store, ask, { out, err })),
  auditVerify: async (ask) =>
    withAudit(ask.config, async (audit, store, anchors) => audit.auditVerify(store, anchors, { out, err })),
  async start({ config: file }) {
    const { runUntilStopped } = await import('./cli/start.ts');
    const { makeLog } = await import('./io/log.ts');
    const config = await configOf(file);
    const log = makeLog({ level: config.logLevel, secrets: config.secrets });
    const onSignal = (listener: (signal: string) => void) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listener);
    };
    const { openBot } = await import('./bot.ts');
    return runUntilStopped(() => openBot({ config, clock, log }), { onSignal, clock, log });
  },
};

async function shelvesAlone() {
  const { loadShelves } = await import('./io/shelves.ts');
  return loadShelves();
}

async function shelvesWithPlaybooks() {
  const { loadPlaybooks } = await import('./io/playbooks.ts');
  const units = await shelvesAlone();
  return { ...units, playbooks: await loadPlaybooks(units) };
}

async function configOf(file: string): Promise<Config> {
  const { readConfig } = await import('./config.ts');
  const { sources } = await shelvesAlone();
  return readConfig(configSources(file, sources.keys()));
}

function configSources(file: string, sources: Iterable<string>) {
  return {
    file,
    text: textOf(file),
    env: process.env,
    readFile: (path: string) => readFileSync(path, 'utf8'),
    sources,
  };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

process.exitCode = await runProgram(process.argv.slice(2), handlers, { out, err });
