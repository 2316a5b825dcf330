import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playbookNamed } from './cli/playbooks.ts';
import { playbooksTest } from './cli/playbooks-test.ts';
import type { Terminal } from './cli/render/terminal.ts';
import { makeIds, SlackUserId, TargetName } from './domain/ids.ts';
import type { LoadedPlaybook } from './domain/playbook.ts';
import { problem } from './domain/problem.ts';
import type { Target } from './domain/target.ts';
import type { Clock, Log, Ports, Shelves } from './flow/ports.ts';
import { rehearse } from './flow/rehearse/rehearse.ts';
import type { Rehearsing } from './flow/rehearse/run-approved.ts';
import { onlyOn, RehearsalFailed, type Stage } from './flow/rehearse/stage.ts';
import { makeLog } from './io/log.ts';
import { readPlaybooks } from './io/playbooks.ts';
import { openServers } from './io/redis/servers.ts';
import { findProgram, type Program, type WhereToLook } from './io/scratch/program.ts';
import { openStage } from './io/scratch/stage.ts';
import { openStore } from './io/store/open-store.ts';

const NO_MACHINE = 'a rehearsal looks at no machine and acts on none';

/** Nobody in any workspace: these names approve only what is rehearsed, in a store that is thrown away. */
const ASKER = SlackUserId.parse('UREHEARSALASKER');
const APPROVERS = ['UREHEARSALONE', 'UREHEARSALTWO'].map((id) => SlackUserId.parse(id));

/** As a shell reports a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** `redis-medic playbooks test`: those with these ids, in these files or folders; all that have a rehearsal when none is named. */
export async function testPlaybooks(
  { what, server }: { what: readonly string[]; server?: string },
  { shelves, env, clock, out }: { shelves: Shelves; env: WhereToLook; clock: Clock; out: Terminal },
): Promise<number> {
  const binary = findProgram({ ...env, ...(server !== undefined && { REDIS_SERVER: server }) });
  if (!binary) throw problem('server-program-missing');
  const playbooks = await chosen(what, shelves);
  const rehearsals = await openRehearsals({ shelves, binary, clock, log: makeLog({ level: 'error', secrets: [] }) });
  try {
    return await playbooksTest({ playbooks, engine: binary, rehearse: (...one) => rehearsals.rehearse(...one), out });
  } finally {
    await rehearsals.close();
  }
}

async function chosen(what: readonly string[], shelves: Shelves): Promise<LoadedPlaybook[]> {
  const all = [...shelves.playbooks.values()].filter(({ playbook }) => playbook.rehearse);
  if (what.length === 0) return all;
  const files = what.filter(isPath);
  return [
    ...what.filter((word) => !isPath(word)).map((id) => playbookNamed(shelves.playbooks, id)),
    ...(files.length === 0 ? [] : (await readPlaybooks(shelves, files)).values()),
  ];
}

function isPath(word: string): boolean {
  return /[/\\.]/.test(word);
}

export interface Rehearsals {
  /** Throws RehearsalFailed when something did not come as the playbook says. */
  rehearse(loaded: LoadedPlaybook, tell: (line: string) => void): Promise<void>;
  close(): Promise<void>;
}

/** Everything that a rehearsal needs, apart from every real deployment: a store, approvers and servers of its own. */
export async function openRehearsals(options: {
  shelves: Shelves;
  binary: Program;
  clock: Clock;
  log: Log;
}): Promise<Rehearsals> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-medic-rehearsal-'));
  const remove = async () => {
    process.off('SIGINT', interrupted);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  // Ctrl-C leaves nothing behind: the servers end with this process.
  const interrupted = () => void remove().finally(() => process.exit(INTERRUPTED));
  process.once('SIGINT', interrupted);
  const store = await openStore({ folder }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  let count = 0;
  return {
    async rehearse(loaded, tell) {
      const stage = await openStage(options.binary, loaded.playbook.rehearse?.servers ?? []).catch((error: unknown) => {
        throw new RehearsalFailed(error instanceof Error ? error.message : String(error));
      });
      try {
        count += 1;
        const target = targetOf(`rehearsal-${count}`, loaded, stage);
        const shelves = { ...options.shelves, playbooks: new Map([...options.shelves.playbooks, [loaded.id, loaded]]) };
        const ports = portsFor({ ...options, shelves }, store, target, stage);
        const one: Rehearsing = { loaded, stage, target, ports, asker: ASKER, approvers: APPROVERS, tell };
        await rehearse(one);
      } finally {
        await stage.close();
      }
    },
    async close() {
      await store.close();
      await remove();
    },
  };
}

function portsFor(
  { shelves, clock, log }: { shelves: Shelves; clock: Clock; log: Log },
  store: Ports['store'],
  target: Target,
  stage: Stage,
): Ports {
  return {
    store,
    servers: onlyOn(stage, openServers(shelves.probes)),
    hosts: {
      open: async () => NO_MACHINE,
      write: async () => ({ kind: 'refused', cause: 'unreachable', detail: NO_MACHINE }),
    },
    deeds: new Map(),
    queue: { run: async () => {}, diagnose: async () => {}, keys: async () => {} },
    face: { show: async () => {}, wake: () => {} },
    people: {
      mayApprove: async (user) =>
        APPROVERS.includes(user) ? { kind: 'allowed' } : { kind: 'refused', because: 'not-an-approver' },
    },
    shelves,
    targets: new Map([[target.name, target]]),
    defaultChannel: '',
    windowSeconds: 1,
    clock,
    ids: makeIds((below) => randomInt(below)),
    log,
    meter: { count: () => {}, observe: () => {}, set: () => {} },
  };
}

function targetOf(name: string, { playbook }: LoadedPlaybook, { servers }: Stage): Target {
  const { purpose, memory_limit: memory, thresholds } = playbook.rehearse?.target ?? { thresholds: {} };
  return {
    name: TargetName.parse(name),
    kind: servers.length > 1 ? 'replication' : 'standalone',
    seeds: servers.map(({ host, port }) => ({ host, port })),
    credentials: {},
    ...(purpose && { purpose }),
    ...(memory !== undefined && { memoryLimitBytes: memory }),
    objectives: {},
    environment: 'rehearsal',
    owners: [],
    alertLabels: {},
    thresholds,
  };
}
