import type { LoadedPlaybook } from '../../src/domain/playbook.ts';

/** A playbook whose verification takes no longer than this: servers of a test settle at once. */
export function within(loaded: LoadedPlaybook, longest: number): LoadedPlaybook {
  const { playbook } = loaded;
  const within_s = Math.min(playbook.settled.within_s, longest);
  return { ...loaded, playbook: { ...playbook, settled: { ...playbook.settled, within_s } } };
}
