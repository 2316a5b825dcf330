import type { Readiness } from '../../domain/readiness.ts';
import type { Report } from '../../domain/report.ts';
import type { Target } from '../../domain/target.ts';
import { type DiagnoseDeps, type DiagnoseOptions, diagnose } from '../diagnose.ts';
import { type CheckShelves, readinessOf } from './readiness.ts';

export interface CheckDeps extends DiagnoseDeps {
  shelves: DiagnoseDeps['shelves'] & CheckShelves;
}

/** Looks at a target as a diagnosis does and answers as a checklist. */
export async function checkReadiness(
  deps: CheckDeps,
  target: Target,
  options: DiagnoseOptions,
): Promise<{ readiness: Readiness; report: Report }> {
  const { snapshot, report } = await diagnose(deps, target, options);
  return { readiness: readinessOf(snapshot, report, deps.shelves), report };
}
