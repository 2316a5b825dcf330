import type { Report } from '../domain/report.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Target } from '../domain/target.ts';
import type { Ledger } from './backup/with-backups.ts';
import { judge } from './judge.ts';
import { type KeyOptions, sampleKeys } from './keys/sample-keys.ts';
import { type ObserveOptions, observe } from './observe.ts';
import type { Clock, Hosts, Servers, Shelves } from './ports.ts';

export interface DiagnoseDeps {
  servers: Servers;
  hosts?: Hosts;
  ledger?: Ledger;
  shelves: Pick<Shelves, 'probes' | 'rules' | 'playbooks'>;
  clock: Clock;
}

export interface DiagnoseOptions extends ObserveOptions {
  /** Samples the keys as well. */
  deep?: KeyOptions;
}

/** Looks at a target and judges what was seen. */
export async function diagnose(
  { servers, hosts, ledger, shelves, clock }: DiagnoseDeps,
  target: Target,
  { deep, ...options }: DiagnoseOptions,
): Promise<{ snapshot: Snapshot; report: Report }> {
  const deps = { servers, clock, probes: shelves.probes };
  const seen = await observe({ ...deps, ...(hosts && { hosts }), ...(ledger && { ledger }) }, target, options);
  const snapshot = deep ? await sampleKeys(deps, seen, deep) : seen;
  return { snapshot, report: judge(snapshot, shelves) };
}
