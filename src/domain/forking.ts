import { savePoints } from './save-points.ts';

/** What makes a server fork: each of these writes its data from a child process. */
export function reasonsToFork(facts: { save: string; appendonly: string; connectedReplicas: number }): string[] {
  const reasons: string[] = [];
  if (savePoints(facts.save).length > 0) reasons.push('snapshots');
  if (facts.appendonly === 'yes') reasons.push('rewrites of the append-only file');
  if (facts.connectedReplicas > 0) reasons.push('full syncs of replicas');
  return reasons;
}
