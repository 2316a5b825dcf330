import type { RunId } from '../domain/ids.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { Run, RunStep } from '../domain/run.ts';
import type { Ports, Tx } from './ports.ts';
import { aboutRun, record } from './record.ts';
import { weighEntries } from './undo/propose-undo.ts';

/** After this a reminder that nobody acted on is background noise, in ms. */
const GIVEN_UP_MS = 14 * 24 * 3600_000;

/**
 * Tells in its thread that what a run did should not stay, for as long as the servers still show it. Each time it waits
 * twice as long as before. Called every minute.
 */
export async function remind(ports: Ports): Promise<void> {
  const ended = await ports.store.transaction((tx) => endedLately(tx, ports.clock.now()));
  for (const run of ended) {
    try {
      await remindOf(ports, run.id);
    } catch (error) {
      ports.log.error({ run: run.id, err: error }, 'a reminder failed');
    }
  }
}

async function endedLately(tx: Tx, now: number): Promise<Run[]> {
  const runs = await tx.runs({ states: ['finished', 'failed', 'cancelled', 'unknown'], limit: 100 });
  return runs.filter(({ endedAt }) => endedAt !== null && now - endedAt < GIVEN_UP_MS);
}

async function remindOf(ports: Ports, id: RunId): Promise<void> {
  const facts = await ports.store.transaction(async (tx) => {
    const run = await tx.run(id);
    const proposal = run && (await tx.proposal(run.proposal));
    const reminds = proposal?.steps.some((step) => step.kind === 'action' && step.remind);
    if (!run || !proposal || !reminds) return undefined;
    const known = { run, proposal, rows: await tx.stepsOf(id) };
    // What was taken back is not looked at every minute.
    return dueSteps(known, ports.clock.now()).length === 0 || (await isUndone(tx, run)) ? undefined : known;
  });
  const target = facts && ports.targets.get(facts.run.target);
  if (!target) return;
  const weighed = await weighEntries(ports, target, facts);
  const standing = new Set(weighed.filter(({ objection }) => !objection).map(({ entry }) => entry.at));
  await ports.store.transaction(async (tx) => {
    const run = await tx.run(id, { lock: true });
    if (!run) return;
    const rows = await tx.stepsOf(id);
    const now = ports.clock.now();
    const due = dueSteps({ ...facts, rows }, now).filter(({ at }) => standing.has(at));
    const added = due.map(({ at, text }, index) => rowOf(id, rows.length + index, at, text, now));
    if (added.length === 0) return;
    await tx.addSteps(added);
    for (const { label } of added) await record(tx, ports.clock, 'notified', aboutRun(run), undefined, { text: label });
    await ports.face.show(tx, run.incident);
  });
  ports.face.wake();
}

async function isUndone(tx: Tx, run: Run): Promise<boolean> {
  const undos = (await tx.proposalsOf(run.incident)).filter(({ undoes }) => undoes === run.id);
  for (const { id } of undos) if ((await tx.runOf(id))?.verdict === 'verified') return true;
  return false;
}

/** The steps whose time for a reminder, or for another one, has come. */
function dueSteps(
  { run, proposal, rows }: { run: Run; proposal: Proposal; rows: readonly RunStep[] },
  now: number,
): { at: number; text: string }[] {
  return proposal.steps.flatMap((step, at) => {
    if (step.kind !== 'action' || !step.remind || run.endedAt === null) return [];
    const told = rows.filter(({ kind, step: of }) => kind === 'reminder' && of === at);
    const last = told.at(-1)?.endedAt ?? run.endedAt;
    const { afterSeconds, text } = step.remind;
    return now - last >= afterSeconds * 1000 * 2 ** told.length ? [{ at, text }] : [];
  });
}

function rowOf(run: RunId, seq: number, step: number, label: string, now: number): RunStep {
  return {
    run,
    seq,
    step,
    kind: 'reminder',
    command: null,
    label,
    state: 'done',
    reply: null,
    startedAt: now,
    endedAt: now,
  };
}
