/**
 * What others make of the scenarios of the fault lab: MEMORY DOCTOR, LATENCY DOCTOR, and two sets of published alert
 * rules on the metrics of a real redis_exporter. `npm run bench:peers [-- --engine NAME] [--only TEXT] [--to FILE]`.
 */
import { readdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadPlaybooks } from '../src/io/playbooks.ts';
import { loadShelves } from '../src/io/shelves.ts';
import type { Scenario } from '../test/lab/lab.ts';
import { type Run, runsOf } from '../test/lab/runs.ts';
import { ENGINES, type Engine } from '../test/support/engines.ts';
import { startExporter } from './exporter.ts';
import { countsOf, gradeOurs, gradePeers, kindOf, type Row, rootsOf } from './peers/compare.ts';
import { listen } from './peers/listen.ts';
import { writeReport } from './peers/markdown.ts';
import { PEERS } from './peers/signal.ts';

/** A busy machine may keep a scenario from coming about. */
const TRIES = 2;

const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: 'installed' },
    only: { type: 'string', default: '' },
    to: { type: 'string', default: 'docs/peers.md' },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

const units = await loadShelves();
const shelves = { ...units, playbooks: await loadPlaybooks(units) };
const binary = ENGINES.find(({ engine }) => engine === options.engine);
if (!binary)
  throw new Error(`There is no engine ${options.engine}; there are ${ENGINES.map((one) => one.engine).join(', ')}.`);
const exporter = await startExporter();
if (!exporter) throw new Error('redis_exporter cannot be had here: there is nothing to compare with.');
exporter.stop();

const rows: Row[] = [];
const leftOut: string[] = [];
for (const { family, run } of await runsOn(binary)) {
  if (!run.name.includes(options.only)) continue;
  const row = await rowOf(family, run);
  if (row) rows.push(row);
  else leftOut.push(run.name);
  say(row ? JSON.stringify(row) : `left out: ${run.name}`);
}
const date = new Date().toISOString().slice(0, 10);
const product = [binary.name, binary.engine].some((one) => one.startsWith('valkey')) ? 'Valkey' : 'Redis';
const measured = `${product} ${binary.version}`;
await writeFile(options.to, writeReport({ engine: measured, exporter: exporter.version, date, rows, leftOut }));
for (const who of ['redis-medic', ...PEERS] as const) say(`${who}: ${JSON.stringify(countsOf(rows, who))}`);
say(`written: ${options.to}`);

async function runsOn(engine: Engine): Promise<{ family: string; run: Run }[]> {
  const folder = new URL('../test/lab/scenarios/', import.meta.url);
  const found: { family: string; run: Run }[] = [];
  for (const file of (await readdir(folder)).sort()) {
    const tables = Object.values((await import(new URL(file, folder).href)) as Record<string, readonly Scenario[]>);
    const runs = runsOf(tables.flat(), [engine], true);
    found.push(...runs.map((run) => ({ family: file.replace('.ts', ''), run })));
  }
  return found;
}

/** Undefined when it could not be provoked twice. An alarm that a pause of the machine may explain is heard again. */
async function rowOf(family: string, run: Run): Promise<Row | undefined> {
  let row: Row | undefined;
  for (let left = TRIES; left > 0; left -= 1) {
    try {
      const { report, said, tooSmall, wasPaused } = await listen(run, shelves);
      const { name, target } = run;
      const eased = target?.thresholds !== undefined;
      const [ours, peers] = [gradeOurs(run, report), gradePeers(run, said)];
      row = { family, name, kind: kindOf(run), roots: rootsOf(run), tooSmall, eased, ours, peers };
      if (!wasPaused || ![ours, ...Object.values(peers)].some(({ grade }) => grade === 'false alarm')) return row;
    } catch (error) {
      say(`${run.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return row;
}
