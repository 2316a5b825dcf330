import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findRedis } from '../../demo/redis-binary.ts';
import { playbooksTest } from '../../src/cli/playbooks-test.ts';
import type { LoadedPlaybook } from '../../src/domain/playbook.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { openRehearsals, type Rehearsals } from '../../src/rehearsals.ts';

const units = await loadShelves();
const shelves = { ...units, playbooks: await loadPlaybooks(units) };
/** Servers of our own settle at once; with LAB=all each window lasts as long as its playbook says. */
const LONGEST_WINDOW_SECONDS = process.env.LAB === 'all' ? Number.POSITIVE_INFINITY : 6;
const rehearsed = [...shelves.playbooks.values()].filter(({ playbook }) => playbook.rehearse).map(shortened);
const binary = findRedis();
const quiet = () => undefined;

let rehearsals: Rehearsals;

beforeAll(async () => {
  const clock = {
    now: () => Date.now(),
    sleep: (ms: number) => new Promise<void>((done) => void setTimeout(done, ms).unref()),
  };
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  rehearsals = await openRehearsals({ shelves, binary, clock, log });
});
afterAll(() => rehearsals.close());

/** Most of the time they wait for the end of a window, so that several go at once. */
describe.concurrent('every shipped playbook with a rehearsal does what it says, as `redis-medic playbooks test` shows', () => {
  test.each(rehearsed)('$id', { timeout: 120_000 }, async (loaded) => {
    let said = '';
    const out = {
      tty: false,
      colour: false,
      columns: 100,
      write(more: string) {
        said += more;
      },
    };
    const rehearse = (...one: Parameters<Rehearsals['rehearse']>) => rehearsals.rehearse(...one);
    const status = await playbooksTest({ playbooks: [loaded], engine: binary, rehearse, out });
    expect(status === 0 ? '' : said).toBe('');
  });
});

function shortened(loaded: LoadedPlaybook): LoadedPlaybook {
  const { playbook } = loaded;
  const within_s = Math.min(playbook.settled.within_s, LONGEST_WINDOW_SECONDS);
  return { ...loaded, playbook: { ...playbook, settled: { ...playbook.settled, within_s } } };
}
