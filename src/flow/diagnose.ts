import type { Report } from '../domain/report.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Target } from '../domain/target.ts';
import { judge } from './judge.ts';
import { type ObserveOptions, observe } from './observe.ts';
import type { Clock, Servers, Shelves } from './ports.ts';

export interface DiagnoseDeps {
  servers: Servers;
  shelves: Pick<Shelves, 'probes' | 'rules' | 'playbooks'>;
  clock: Clock;
}

/** Looks at a target and judges what was seen. */
export async function diagnose(
  { servers, shelves, clock }: DiagnoseDeps,
  target: Target,
  options: ObserveOptions,
): Promise<{ snapshot: Snapshot; report: Report }> {
  const snapshot = await observe({ servers, clock, probes: shelves.probes }, target, options);
  return { snapshot, report: judge(snapshot, shelves) };
}
