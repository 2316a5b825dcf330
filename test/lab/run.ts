import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import type { Finding, Severity } from '../../src/domain/finding.ts';
import { judge } from '../../src/flow/judge.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { observe } from '../support/observe.ts';
import { openLab, type Scenario } from './lab.ts';
import { paused } from './pauses.ts';
import { type Run, runsOf } from './runs.ts';

const units = await loadShelves();
const shelves = { ...units, playbooks: await loadPlaybooks(units) };

/** With a second attempt. */
const TIMEOUT = { timeout: 120_000 };

/**
 * What a server says, and truly, when the machine under it stands still for a moment, as a busy test machine does. Where
 * a scenario did not hold and the machine was seen to pause during it, it is tried once more; only if it was paused
 * again, these are not held against it. On a machine that did not pause they are false alarms like any other.
 */
const OF_A_PAUSE = new Set([
  'big-key-delete-blocking',
  'command-latency-p99-high',
  'event-loop-saturated',
  'eviction-latency',
  'fast-command-spikes',
  'node-hung',
  'slow-commands-present',
]);

interface Verdict {
  found: Readonly<Record<string, Severity>>;
  /** Told at warning or above, and not asked for. */
  strangers: readonly Pick<Finding, 'id' | 'headline' | 'evidence'>[];
  /** The finding on top, where it is a wrong one. */
  wrongTop?: string;
}

/** Every scenario of the table on real servers: what it finds, and nothing else at warning or above. */
export function runLab(scenarios: readonly Scenario[]): void {
  const runs = runsOf(scenarios);
  test.concurrent.each(runs.filter(({ alone }) => !alone))('$engine: $name', TIMEOUT, async (run) => {
    expect(await verdictOn(run)).toEqual({ found: run.finds, strangers: [] });
  });
  test.each(runs.filter(({ alone }) => alone))('$engine: $name', TIMEOUT, async (run) => {
    expect(await verdictOn(run)).toEqual({ found: run.finds, strangers: [] });
  });
}

async function verdictOn(run: Run): Promise<Verdict> {
  const first = await diagnose(run);
  const verdict = compare(run, first.findings);
  if (!first.wasPaused || isDeepStrictEqual(verdict, { found: run.finds, strangers: [] })) return verdict;
  const { findings, wasPaused } = await diagnose(run);
  return compare(run, wasPaused ? findings.filter(({ id }) => id in run.finds || !OF_A_PAUSE.has(id)) : findings);
}

async function diagnose({ arrange, binary, target, seconds = 1 }: Run) {
  const lab = openLab(binary);
  try {
    const since = Date.now();
    const seeds = await arrange(lab);
    const snapshot = await observe(seeds, shelves.probes, { ...(target && { target }), seconds });
    const { findings } = judge(snapshot, shelves);
    return { findings, wasPaused: await paused(since, lab.pids) };
  } finally {
    await lab.close();
  }
}

function compare({ finds, besides = [], root }: Scenario, findings: readonly Finding[]): Verdict {
  const told = findings.filter(({ severity }) => severity !== 'info');
  const asked = Object.keys(finds).filter((id) => finds[id] !== 'info');
  const top = told[0]?.id;
  // Where only notes are asked for, what may be told beside them stands on top or nothing does.
  const mayStand = asked.length + told.length === 0 || [root ?? asked[0]].flat().includes(top);
  return {
    found: Object.fromEntries(findings.filter(({ id }) => id in finds).map(({ id, severity }) => [id, severity])),
    strangers: told
      .filter(({ id }) => !(id in finds || besides.includes(id)))
      .map(({ id, headline, evidence }) => ({ id, headline, evidence })),
    ...(!mayStand && { wrongTop: top ?? 'nothing' }),
  };
}
