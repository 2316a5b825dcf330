import { dirname, resolve } from 'node:path';
import type { TargetName } from '../domain/ids.ts';
import { nodeName, type Target, type Tls } from '../domain/target.ts';
import type { TargetEntry } from './schema.ts';

/** Adds a mistake about a key below `targets`. */
type Complain = (path: readonly string[], text: string) => void;

export interface Files {
  /** The folder of medic.yml; relative paths start there. */
  folder: string;
  /** The text of a file; throws when it cannot be read. */
  readFile: (path: string) => string;
}

export function filesBeside(file: string, readFile: (path: string) => string): Files {
  return { folder: dirname(resolve(file)), readFile };
}

interface Around {
  files: Files;
  complain: Complain;
}

/** The entries of `targets` as the rest of the house knows them. */
export function targetsOf(entries: Readonly<Record<string, TargetEntry>>, around: Around): Map<TargetName, Target> {
  const targets = new Map<TargetName, Target>();
  const names = new Map<string, string>();
  for (const [name, entry] of Object.entries(entries) as [TargetName, TargetEntry][]) {
    const twin = names.get(name.toLowerCase());
    if (twin !== undefined) around.complain([name], `differs from ${twin} in capital letters only`);
    names.set(name.toLowerCase(), name);
    const complain: Complain = (path, text) => around.complain([name, ...path], text);
    targets.set(name, targetOf(name, entry, around.files, complain));
  }
  return targets;
}

function targetOf(name: TargetName, entry: TargetEntry, files: Files, complain: Complain): Target {
  const { data_loss, outage_to_survive, expect_replicas } = entry.objectives;
  const tls = tlsOf(entry, files, complain);
  return {
    name,
    kind: entry.kind,
    seeds: entry.nodes ?? (entry.url ? [entry.url.address] : []),
    ...(entry.addresses.length > 0 && { addresses: entry.addresses }),
    credentials: { ...entry.url?.credentials, ...login(entry) },
    ...(entry.remediate && { remediate: login(entry.remediate) }),
    ...(tls && { tls }),
    ...(entry.purpose && { purpose: entry.purpose }),
    objectives: {
      ...(data_loss !== undefined && { dataLossSeconds: data_loss }),
      ...(outage_to_survive !== undefined && { outageToSurviveSeconds: outage_to_survive }),
      ...(expect_replicas !== undefined && { expectReplicas: expect_replicas }),
    },
    environment: entry.environment,
    ...(entry.channel !== undefined && { channel: entry.channel }),
    owners: entry.owners,
    alertLabels: entry.alerts?.labels ?? { target: name },
    thresholds: entry.thresholds,
    ...(entry.key_names && { keyNames: entry.key_names }),
    ...(entry.memory_limit !== undefined && { memoryLimitBytes: entry.memory_limit }),
    ...(entry.managed_by && { managedBy: entry.managed_by }),
  };
}

function login({ username, password }: Pick<TargetEntry, 'username' | 'password'>): Target['credentials'] {
  return { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
}

function tlsOf(entry: TargetEntry, files: Files, complain: Complain): Tls | undefined {
  if (entry.tls === undefined) return entry.url?.tls ? {} : undefined;
  const tls: Tls = {};
  if (entry.tls === true) return tls;
  for (const part of ['ca', 'cert', 'key'] as const) {
    const path = entry.tls[part];
    if (path === undefined) continue;
    try {
      tls[part] = files.readFile(resolve(files.folder, path));
    } catch (error) {
      complain(['tls', part], `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if ((entry.tls.cert === undefined) !== (entry.tls.key === undefined)) {
    complain(['tls'], 'cert and key belong together');
  }
  if (entry.tls.servername !== undefined) tls.servername = entry.tls.servername;
  return tls;
}

/** Sentences about servers that two targets name: their runs would not know of each other's threads. */
export function sharedSeeds(targets: Iterable<Target>): string[] {
  const first = new Map<string, TargetName>();
  const warnings: string[] = [];
  for (const target of targets) {
    for (const seed of target.seeds) {
      const node = nodeName(seed);
      const other = first.get(node);
      if (other === undefined) first.set(node, target.name);
      else if (other !== target.name) warnings.push(`${node} is named by both ${other} and ${target.name}.`);
    }
  }
  return warnings;
}
