import type { TargetName } from '../domain/ids.ts';
import { printable } from '../domain/printable.ts';
import { problem } from '../domain/problem.ts';
import { targetFromUrl } from '../domain/redis-url.ts';
import type { Target } from '../domain/target.ts';

/** Between the two samples, where nobody says otherwise. */
const SAMPLE_SECONDS = 2;

/** Reads the configuration; only asked for when a target is named. */
export type LoadConfig = (file?: string) => Promise<Known>;

interface Known {
  targets: ReadonlyMap<TargetName, Target>;
  windowSeconds: number;
  databaseUrl?: string;
}

/** A target, and where the bot keeps what it saw of it. */
export type Chosen = Pick<Known, 'windowSeconds' | 'databaseUrl'> & { target: Target };

/** The target that a person names, by its name in medic.yml or by a URL, which needs no configuration. */
export async function chooseTarget(
  loadConfig: LoadConfig,
  { what, config }: { what: string; config?: string },
): Promise<Chosen> {
  if (what.includes('://')) return { target: targetFromUrl(what), windowSeconds: SAMPLE_SECONDS };
  const { targets, windowSeconds, databaseUrl } = await loadConfig(config);
  const target = [...targets.values()].find(({ name }) => name.toLowerCase() === what.toLowerCase());
  if (!target) throw problem('target-unknown', printable(what), [...targets.keys()]);
  return { target, windowSeconds, ...(databaseUrl !== undefined && { databaseUrl }) };
}
