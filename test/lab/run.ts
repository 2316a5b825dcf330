import { describe, expect, test } from 'vitest';
import { judge } from '../../src/flow/judge.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { ENGINES } from '../support/engines.ts';
import { observe } from '../support/observe.ts';
import { openLab, type Scenario } from './lab.ts';

const units = await loadShelves();
const shelves = { ...units, playbooks: await loadPlaybooks(units) };

/** Every scenario on every engine that it can happen on: what it finds, and nothing else at warning or above. */
export function runLab(scenarios: readonly Scenario[]): void {
  describe.each(ENGINES)('$engine', (binary) => {
    const engine = binary.engine.startsWith('valkey') ? 'valkey' : 'redis';
    const possible = scenarios.filter(({ on }) => on?.(engine, binary.version) ?? true);
    test.each(possible)('$name', async ({ arrange, finds, besides = [], root, target, seconds = 1 }) => {
      const lab = openLab(binary);
      try {
        const seeds = await arrange(lab);
        const snapshot = await observe(seeds, shelves.probes, { ...(target && { target }), seconds });
        const { findings } = judge(snapshot, shelves);
        const told = findings.filter(({ severity }) => severity !== 'info').map(({ id }) => id);
        const found = Object.fromEntries(
          findings.filter(({ id }) => id in finds).map(({ id, severity }) => [id, severity]),
        );
        expect(found).toEqual(finds);
        const strangers = findings.filter(
          ({ id, severity }) => severity !== 'info' && !(id in finds || besides.includes(id)),
        );
        expect(strangers.map(({ id, headline, evidence }) => ({ id, headline, evidence }))).toEqual([]);
        const onlyNotes = Object.values(finds).every((one) => one === 'info');
        expect([root ?? (onlyNotes ? undefined : Object.keys(finds)[0])].flat()).toContain(told[0]);
      } finally {
        await lab.close();
      }
    });
  });
}
