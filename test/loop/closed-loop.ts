import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TargetName } from '../../src/domain/ids.ts';
import type { Proposal } from '../../src/domain/proposal.ts';
import type { Run } from '../../src/domain/run.ts';
import type { Target } from '../../src/domain/target.ts';
import type { Ports } from '../../src/flow/ports.ts';
import { keptKeys } from '../../src/io/kept-keys.ts';
import type { OpenStore } from '../../src/io/store/store.ts';
import { type Lab, openLab } from '../lab/lab.ts';
import { startWriter } from '../support/acknowledged-writer.ts';
import { freshStore } from '../support/databases.ts';
import { ENGINES, type Engine } from '../support/engines.ts';
import { ALEX, OLLI, SAM } from '../support/proposal.ts';
import { realPorts } from '../support/real-ports.ts';
import { differences, stateOf } from '../support/state-of.ts';
import { plainTarget } from '../support/target.ts';
import { within } from '../support/within.ts';
import { startWorks } from '../support/works.ts';
import type { LoopCase, Situation } from './loop-case.ts';
import { approveAndRun, nodesOf, proposalFor, undoOf } from './steps-of-the-loop.ts';

/** Servers of a test settle at once, so that a longer window would only be waited for. */
const LONGEST_WINDOW_SECONDS = 6;
/** Writes that must be acknowledged before a run, after it and after its undo. */
const WRITES = 20;

const ALL = process.env.LAB === 'all';

let store: OpenStore;

/**
 * Each case on real servers: break, diagnose, find the playbook among what is proposed, approve as its risk demands, run,
 * verified; then its undo in the same way, and everything is as before. An application writes all the while, and every
 * write that it was told is written is there in the end, or the plan said which would not be.
 */
export function runLoop(cases: readonly LoopCase[]): void {
  beforeAll(async () => {
    store = await freshStore();
  });
  afterAll(() => store.close());
  const runs = cases.flatMap((one) => enginesFor(one).map((binary) => ({ ...one, binary, engine: binary.engine })));
  test.concurrent.each(runs)('$playbook, $engine: $name', { timeout: ALL ? 900_000 : 150_000 }, async (run) => {
    const lab = openLab(run.binary);
    try {
      expect(await carryThrough(run, await prepare(run, lab))).toEqual(WELL);
    } finally {
      await lab.close();
    }
  });
}

/** The installed server; with LAB=all every one that can show it. */
function enginesFor({ on, long }: LoopCase): Engine[] {
  const able = ENGINES.filter(
    ({ engine, version }) => on?.(engine.startsWith('valkey') ? 'valkey' : 'redis', version) ?? true,
  );
  if (long) return ALL ? able.slice(0, 1) : [];
  return ALL ? able : able.slice(0, 1);
}

async function prepare(run: LoopCase, lab: Lab): Promise<Situation> {
  const refused: string[] = [];
  const keeper = await startWorks();
  lab.atEnd(() => keeper.close());
  const { works, deeds } = keeper;
  const { servers, clock } = works;
  const kept = keptKeys({ servers, folder: join(keeper.folder, 'kept-keys'), clock });
  const more = { deeds: new Map([...deeds, ['keys', kept] as const]), ledger: works.catalog };
  const known = await realPorts(store, [], [ALEX, SAM, OLLI], more);
  const log: Ports['log'] = {
    ...known.log,
    info: (facts, sentence) => void refused.push(`${sentence}: ${JSON.stringify(facts)}`),
  };
  const playbooks = new Map(
    [...known.shelves.playbooks].map(([id, loaded]) => [
      id,
      within(loaded, run.windowSeconds ?? LONGEST_WINDOW_SECONDS),
    ]),
  );
  const windowSeconds = run.seconds ?? 1;
  const arranged = await run.arrange(lab);
  const { seeds, machine } = 'machine' in arranged ? arranged : { seeds: arranged };
  const name = TargetName.parse(`loop-${seeds[0]?.port}`);
  const target: Target = { ...plainTarget({ seeds, ...(machine && { host: machine.access }), ...run.target }), name };
  const targets = new Map([[name, target]]);
  const ports = { ...known, log, shelves: { ...known.shelves, playbooks }, windowSeconds, targets };
  const situation = { lab, seeds, target, refused, ports, works, machine };
  await run.prepare?.(situation);
  return situation;
}

/** What became of a case; empty where all is well. */
interface Told {
  ran: string;
  /** The same where no undo is expected and there is none. */
  undone: string;
  /** What is not as before after the undo. */
  changed: string[];
  /** Acknowledged writes that are not there, by number. */
  lost: readonly (number | string)[];
}

const VERIFIED = 'finished verified';
const WELL: Told = { ran: VERIFIED, undone: VERIFIED, changed: [], lost: [] };

async function carryThrough(run: LoopCase, situation: Situation): Promise<Told> {
  const told: Told = { ...WELL };
  const { username, password } = situation.target.credentials;
  // Where redis-medic has a user of its own, the application is another one.
  const login = password === undefined || username !== undefined ? {} : { password };
  const { application = 'writes' } = run;
  const { servers } = situation.lab;
  const writer =
    application === 'writes' ? startWriter(servers.length > 0 ? servers : situation.seeds, login) : undefined;
  const watched = { username, password, quiet: application === 'quiet' };
  if (writer) situation.application = writer;
  try {
    const proposal = await proposalFor(run, situation);
    const nodes = await nodesOf(situation);
    const before = await stateOf(nodes, watched);
    const machineBefore = await situation.machine?.state();
    const ended = await approveAndRun(run, situation, proposal);
    told.ran = toldOf(ended);
    if (told.ran !== VERIFIED) return told;
    await writer?.more(WRITES);
    await run.after?.(situation);
    const back = await undoOf(situation, ended);
    if (run.undo === 'none') {
      if (!('hidden' in back && back.hidden)) told.undone = 'an undo is offered';
    } else if ('hidden' in back) {
      told.undone = back.why;
    } else {
      told.undone = toldOf(await approveAndRun(run, situation, back));
      if (!run.stillBroken) await writer?.more(WRITES);
      const onMachine = changesIn(machineBefore, await situation.machine?.state());
      told.changed = [...differences(before, await stateOf(nodes, watched)), ...onMachine];
    }
    await writer?.stop();
    told.lost = lostUnsaid(run, proposal, (await writer?.lost()) ?? []);
    return told;
  } finally {
    await writer?.stop();
  }
}

/** Files of a machine that are not as they were. */
function changesIn(before: ReadonlyMap<string, string> = new Map(), after: typeof before = new Map()): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((file) => before.get(file) !== after.get(file));
}

function toldOf({ state, verdict, note }: Run): string {
  const end = `${state} ${verdict}`;
  return end === VERIFIED ? end : `${end}: ${note}`;
}

/** Lost writes that the plan did not speak of; where it should speak of them and does not, that. */
function lostUnsaid({ loses }: LoopCase, { steps }: Proposal, lost: readonly number[]): Told['lost'] {
  if (!loses) return lost;
  const impact = steps.flatMap((step) => (step.kind === 'action' ? step.impact : [])).join('\n');
  return loses.test(impact) ? [] : [`the plan does not say that writes may be lost: ${impact}`];
}
