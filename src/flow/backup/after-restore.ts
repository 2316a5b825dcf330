import { nodeName } from '../../domain/target.ts';
import type { Clock, DeedContext } from '../ports.ts';
import { type Census, census } from './census.ts';
import type { Works } from './works.ts';

const EVERY_MS = 500;
/** Replicas take a full copy first, which may wait for other forks. */
const FOLLOW_MS = 15 * 60_000;
/** A file that is being loaded is loaded to its end; only then can the server be made a primary again. */
const SETTLE_MS = 30 * 60_000;
/** One that does not answer for so long has probably ended. */
const SILENT_MS = 30_000;
/** Under writes the counts of a replica are a moment behind. */
const NEARLY = 0.01;

type Answer = { done: string } | { failed: string };

/** Waits until the replicas of a restored primary hold its data. */
export async function replicasFollow({ servers, clock }: Works, context: DeedContext): Promise<Answer> {
  const { node, target, signal } = context;
  return within(clock, FOLLOW_MS, signal, async () => {
    const own = await census(servers, node, target);
    if (typeof own === 'string') return { open: own };
    if (own.identity.role !== 'primary') return { open: `${nodeName(node)} is no primary` };
    if (own.total === 0) return { failed: `${nodeName(node)} holds no keys` };
    const { replicas } = own.identity;
    const behind = await Promise.all(
      replicas.map(async (replica) => notAsFull(nodeName(replica), own, await census(servers, replica, target))),
    );
    const [first] = behind.filter((one) => one !== undefined);
    if (first !== undefined) {
      context.progress(first);
      return { open: first };
    }
    const count = replicas.length === 0 ? 'there is no replica' : `${replicas.length} replicas hold them too`;
    return { done: `${nodeName(node)} is a primary with ${own.total} keys; ${count}` };
  });
}

function notAsFull(name: string, primary: Census, replica: Census | string): string | undefined {
  if (typeof replica === 'string') return replica;
  if (replica.link !== 'up') return `${name} is not connected yet`;
  const apart = Math.abs(replica.total - primary.total);
  return apart <= Math.ceil(primary.total * NEARLY)
    ? undefined
    : `${name} holds ${replica.total} keys of ${primary.total}`;
}

/** Waits until a server has loaded what it is loading. */
export async function settled({ servers, clock }: Works, { node, target }: DeedContext): Promise<Answer> {
  let answered = clock.now();
  // The way back is not given up because the run was.
  return within(clock, SETTLE_MS, undefined, async () => {
    const seen = await census(servers, node, target);
    if (typeof seen === 'string') return clock.now() - answered > SILENT_MS ? { failed: seen } : { open: seen };
    answered = clock.now();
    return seen.identity.loading
      ? { open: `${nodeName(node)} is loading` }
      : { done: `${nodeName(node)} loads nothing` };
  });
}

async function within(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  look: () => Promise<Answer | { open: string }>,
): Promise<Answer> {
  const end = clock.now() + ms;
  for (;;) {
    const answer = await look();
    if (!('open' in answer)) return answer;
    if (clock.now() >= end || signal?.aborted) return { failed: `given up: ${answer.open}` };
    await clock.sleep(EVERY_MS, signal).catch(() => undefined);
  }
}
