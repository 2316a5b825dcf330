import { ENGINES, type Engine } from '../support/engines.ts';
import type { Scenario } from './lab.ts';

/** A scenario on one of the servers that are there. */
export interface Run extends Scenario {
  engine: string;
  binary: Engine;
}

/**
 * The runs of a table: each scenario on the installed server and on one of the others in turn, so that each of those
 * gets its share; with LAB=all on every one.
 */
export function runsOf(scenarios: readonly Scenario[], engines = ENGINES, all = process.env.LAB === 'all'): Run[] {
  return scenarios.flatMap((scenario, place) => {
    const possible = engines.filter((engine) => canHappenOn(scenario, engine));
    const [installed, ...others] = engines;
    // One that cannot show it passes its turn to the next.
    const turn = others
      .map((_other, at) => others[(place + at) % others.length])
      .find((one) => one && possible.includes(one));
    const chosen = all ? possible : possible.filter((one) => one === installed || one === turn);
    return chosen.map((binary) => ({ ...scenario, binary, engine: binary.engine }));
  });
}

function canHappenOn({ on }: Scenario, { engine, version }: Engine): boolean {
  return on?.(engine.startsWith('valkey') ? 'valkey' : 'redis', version) ?? true;
}
