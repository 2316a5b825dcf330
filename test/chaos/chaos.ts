import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { type Blow, blowsFor } from './blows.ts';
import type { ChaosCase } from './chaos-case.ts';
import { type Trial, trial } from './trial.ts';

type Tried = Pick<Trial, 'blow' | 'ended' | 'trouble'>;

/** How many trials go on side by side. */
const AT_ONCE = 3;
/** Those that take long mostly wait. */
const LONG_AT_ONCE = 6;

/** All that can be asked for takes its time. */
const TIMEOUT_MS = process.env.CHAOS === 'all' ? 7_200_000 : 900_000;

/**
 * Each case is carried out once in peace, and then anew for every command and everything that can go wrong around it. It
 * must end as done, as undone, or with an exact statement of what was sent; never with two servers that take writes at
 * one time, nor with an empty one that is taken for success.
 */
export function runChaos(cases: readonly ChaosCase[]): void {
  test.each(cases)('$playbook: $name, whatever dies and whenever', { timeout: TIMEOUT_MS }, async (one) => {
    const calm = await trial(one, { what: 'nothing' });
    expect(calm).toMatchObject({ trouble: [] });
    expect(calm.ended).toMatch(/^finished verified/);
    expect(troubleIn(await inTurns(one, sampled(blowsFor(calm), one)))).toEqual([]);
  });
}

/** Of a long case the first and the last command are enough, unless all is asked for. */
function sampled(blows: readonly Blow[], { long }: ChaosCase, all = process.env.CHAOS === 'all'): readonly Blow[] {
  if (!long || all) return blows;
  const atCommands = blows.filter((blow) => blow.what !== 'nothing' && blow.at !== 'committed');
  return [...Map.groupBy(atCommands, ({ what }) => what)].flatMap(([what, same]) =>
    what === 'network is cut' ? same.slice(-1) : [...new Set([...same.slice(0, 1), ...same.slice(-1)])],
  );
}

async function inTurns(one: ChaosCase, blows: readonly Blow[]): Promise<Tried[]> {
  const waiting = [...blows];
  const trials: Tried[] = [];
  const worker = async () => {
    for (let blow = waiting.shift(); blow; blow = waiting.shift()) trials.push(await attempt(one, blow));
  };
  await Promise.all(Array.from({ length: one.long ? LONG_AT_ONCE : AT_ONCE }, worker));
  return trials;
}

/** What breaks a trial itself is told with what went wrong in it, beside what became of the others. */
async function attempt(one: ChaosCase, blow: Blow): Promise<Tried> {
  try {
    return await trial(one, blow);
  } catch (error) {
    return { blow, ended: 'the trial broke', trouble: [inspect(error)] };
  }
}

function troubleIn(trials: readonly Tried[]) {
  return trials
    .filter(({ trouble }) => trouble.length > 0)
    .map(({ blow, ended, trouble }) => ({ ...blow, ended, trouble }));
}
