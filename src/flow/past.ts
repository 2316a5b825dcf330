import type { KeptSample } from '../domain/kept-sample.ts';
import { infoCommand } from '../domain/probe.ts';
import { maskedLog } from '../domain/read-log.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Target } from '../domain/target.ts';
import { readInfo } from './meet.ts';
import type { Store } from './ports.ts';
import { keyOf } from './questions.ts';
import type { Sample } from './sample.ts';

/** What `watch` has kept of a target. */
export interface Past {
  /** By the name of the node. */
  samples: ReadonlyMap<string, KeptSample>;
  series: Snapshot['series'];
}

/** All that the store has of a target. */
export async function pastOf(store: Store, target: Target): Promise<Past> {
  return store.transaction(async (tx) => ({
    samples: await tx.samplesOf(target.name),
    series: await tx.seriesOf(target.name, 0),
  }));
}

export const NO_PAST: Past = { samples: new Map(), series: new Map() };

/** An older sample says nothing of now; a younger one is too short a window for rates. */
const OLDEST_MS = 120_000;
const YOUNGEST_MS = 1000;

/** The kept samples that can be the first of a pair, by node name. */
export function earlierSamples({ samples }: Past, now: number): Map<string, Sample> {
  const earlier = new Map<string, Sample>();
  for (const [name, kept] of samples) {
    const sample = now - kept.at <= OLDEST_MS && kept.at <= now ? sampleOf(kept) : undefined;
    if (sample && !sample.identity.loading) earlier.set(name, sample);
  }
  return earlier;
}

/** How long to wait until all of these are old enough, in ms. */
export function untilRipe(earlier: ReadonlyMap<string, Sample>, now: number): number {
  return Math.max(0, ...[...earlier.values()].map(({ at }) => at + YOUNGEST_MS - now));
}

const LOGS = /^\["(SLOWLOG|COMMANDLOG)"/;

/** A stranger's PING, which was answered before we logged in: kept with the rest, as what is asked depends on it. */
const GREETING = keyOf(['PING']);

/** Of commands in a log only the shape is kept: their arguments are other people's data. */
export function kept({ at, answers, identity: { runId, admitsAnyone } }: Sample): KeptSample {
  const masked = [...answers].map(([key, reply]) => [key, LOGS.test(key) ? maskedLog(reply) : reply] as const);
  const greeting = admitsAnyone === undefined ? [] : [[GREETING, admitsAnyone ? 'PONG' : null] as const];
  return { at, runId, answers: new Map([...masked, ...greeting]) };
}

/** Undefined when it holds no INFO of a server. */
export function sampleOf({ at, answers }: KeptSample): Sample | undefined {
  const info = (['server', 'sentinel'] as const).map((kind) => answers.get(keyOf(infoCommand(kind))));
  const told = readInfo(info.find((reply) => reply !== undefined));
  if ('cause' in told) return undefined;
  const greeting = answers.has(GREETING) ? { admitsAnyone: answers.get(GREETING) === 'PONG' } : {};
  const asked = { ...told, identity: { ...told.identity, ...greeting } };
  return { ...asked, asked, answers, from: at, at };
}
