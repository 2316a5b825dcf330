import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import type { LoopCase } from '../loop/loop-case.ts';

/** Playbooks that send something and are not carried through in a closed loop, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  defragment: 'needs a server that was built with the jemalloc of its source, which no package has',
  'slow-defragmentation': 'needs such a server too',
};

const playbooks = await loadPlaybooks(await loadShelves());

test('every playbook that sends something is carried through in a closed loop on real servers, or it says why not', async () => {
  const tried = new Set((await casesOfTheLoop()).map(({ playbook }) => playbook));
  // What a person alone does has its tests where the run waits for people: test/flow/run/perform.test.ts.
  const sending = [...playbooks.values()].filter(({ playbook }) => playbook.steps.some((step) => 'action' in step));
  const missing = sending.map(({ id }) => id).filter((id) => !tried.has(id) && WITHOUT[id] === undefined);
  expect(missing, 'add a row to test/loop/cases, or above why there is none').toEqual([]);
});

test('nothing stands there that is not needed', async () => {
  const tried = new Set((await casesOfTheLoop()).map(({ playbook }) => playbook));
  expect(Object.keys(WITHOUT).filter((id) => tried.has(id) || !playbooks.has(id))).toEqual([]);
  expect([...tried].filter((id) => !playbooks.has(id))).toEqual([]);
});

async function casesOfTheLoop(): Promise<LoopCase[]> {
  const folder = new URL('../loop/cases/', import.meta.url);
  const tables = await Promise.all(
    readdirSync(folder).map(
      async (file): Promise<Record<string, readonly LoopCase[]>> => import(new URL(file, folder).href),
    ),
  );
  return tables.flatMap((table) => Object.values(table).flat());
}
